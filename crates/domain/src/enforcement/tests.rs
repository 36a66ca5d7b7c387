use super::*;

#[test]
fn a_step_before_its_predecessor_needs_a_reason() {
    use EnforcementStep::{CutOff, JointEnforcement, Persuade};
    assert_eq!(in_turn(Persuade, &[], ""), Ok(()));
    assert_eq!(in_turn(CutOff, &[], " "), Err(OutOfOrder::NeedsReason(Persuade)));
    assert_eq!(in_turn(CutOff, &[], "夜间偷排,现场制止"), Ok(()));
    assert_eq!(in_turn(CutOff, &[Persuade], ""), Ok(()));
    assert_eq!(in_turn(JointEnforcement, &[Persuade], ""), Err(OutOfOrder::NeedsReason(CutOff)));
    assert_eq!(in_turn(JointEnforcement, &[CutOff], ""), Ok(()));
}

#[test]
fn a_paper_that_lacks_what_its_step_must_say_is_not_whole() {
    let at = DateTime::UNIX_EPOCH;
    let paper = |content| Paper {
        addressee: Addressee::default(),
        id: PaperId::new(),
        problems: Vec::new(),
        facts: "现场正在生产".into(),
        content,
        reason: String::new(),
        position: None,
        at,
        by: "林志燕".into(),
    };
    let refused = |witness: &str| Receipt::Refused { witness: witness.into() };
    let tick = |measure| MeasureTaken { measure, at, photo: None };
    let cut_off = |measures, receipt| paper(PaperContent::CutOff { measures, receipt });
    let whole = cut_off(vec![tick(Measure::Water), tick(Measure::Power)], refused("黄亚"));
    assert!(whole.is_whole());
    assert!(!Paper { facts: " ".into(), ..whole }.is_whole());
    assert!(!cut_off(vec![tick(Measure::Water)], refused("")).is_whole());
    assert!(!cut_off(vec![], refused("黄亚")).is_whole());
    assert!(!cut_off(vec![tick(Measure::Water), tick(Measure::Water)], refused("黄亚")).is_whole());
    let unsigned = Receipt::Signed { name: "陈美丽".into(), strokes: vec![vec![9_999; 4]] };
    let deadline = NaiveDate::default();
    let notice = PaperContent::Persuade { requirements: "停产".into(), deadline, receipt: unsigned };
    assert!(!paper(notice).is_whole());
    let (departments, request) = (Vec::new(), "查处".into());
    assert!(!paper(PaperContent::JointEnforcement { departments, request, reply_by: None }).is_whole());
}

#[test]
fn only_what_was_drawn_in_the_field_is_a_signature() {
    let (width, height) = SIGNATURE_FIELD;
    assert_eq!(check_signature(&[vec![0, 0, width, height]]), Ok(()));
    assert_eq!(check_signature(&[vec![1, 1], vec![2, 2]]), Ok(()));
    assert_eq!(check_signature(&[]), Err(NoSignature::Empty));
    assert_eq!(check_signature(&[vec![1, 1]]), Err(NoSignature::Empty));
    assert_eq!(check_signature(&[vec![0, 0, width + 1, 0]]), Err(NoSignature::Damaged));
    assert_eq!(check_signature(&[vec![0, 0, 0, height + 1]]), Err(NoSignature::Damaged));
    assert_eq!(check_signature(&[vec![0, 0, 1]]), Err(NoSignature::Damaged));
    assert_eq!(check_signature(&[vec![0, 0, 1, 1], vec![]]), Err(NoSignature::Damaged));
    assert_eq!(check_signature(&[vec![7; LONGEST_SIGNATURE]]), Ok(()));
    assert_eq!(check_signature(&[vec![7; LONGEST_SIGNATURE], vec![7, 7]]), Err(NoSignature::TooLong));
}
