//! Codes, sessions, tokens, and what became of lists that older versions wrote.

use chrono::{Duration, Utc};
use domain::{Role, Scope};
use rusqlite::params;
use wire::sync::{DeviceReport, EnrolRequest};

use super::*;

fn visitor() -> Visitor {
    Visitor { peer: "192.168.1.9".parse().unwrap(), browser: "Firefox".to_owned() }
}

fn village() -> Scope {
    Scope::new(vec!["350211102207".parse().unwrap()])
}

#[test]
fn a_code_opens_the_console_once_and_not_after_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let admin = access.first_admin(now).unwrap();
    assert_eq!((admin.role, &admin.scope), (Role::Admin, &None));
    assert_eq!(access.first_admin(now).unwrap(), admin, "only one is made");
    let code = access.new_sign_in_code(admin.id, now).unwrap();
    let wrong = |code: &str, at| access.sign_in(code, &visitor(), at).unwrap_err();
    assert!(matches!(wrong("guess", now), SignInRefusal::Wrong));
    let session = access.sign_in(&code, &visitor(), now).unwrap();
    assert!(matches!(wrong(&code, now), SignInRefusal::Wrong));
    assert_eq!(access.session(&session, now).unwrap().unwrap().person, admin);
    access.sign_out(&session).unwrap();
    assert_eq!(access.session(&session, now).unwrap(), None);
    let late = access.new_sign_in_code(admin.id, now).unwrap();
    assert!(matches!(wrong(&late, now + Duration::hours(25)), SignInRefusal::Wrong));
}

#[test]
fn a_session_ends_unused_after_half_a_day_and_used_after_a_month() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let admin = access.first_admin(now).unwrap();
    let open = || access.sign_in(&access.new_sign_in_code(admin.id, now).unwrap(), &visitor(), now).unwrap();
    let (unused, used) = (open(), open());
    assert_eq!(
        access.session(&unused, now + Duration::hours(12)).unwrap().map(|found| found.person),
        Some(admin.clone())
    );
    assert_eq!(access.session(&unused, now + Duration::hours(25)).unwrap(), None);
    let mut open_hours = 0;
    while access.session(&used, now + Duration::hours(open_hours)).unwrap().is_some() {
        open_hours += 10;
    }
    assert_eq!(open_hours, 730, "30 days, by steps of 10 hours");
    assert_eq!(access.sessions(admin.id, now + Duration::days(31)).unwrap(), []);
    let mended = open();
    assert!(access.session(&mended, now + Duration::minutes(59)).unwrap().unwrap().fresh_by_link);
    assert!(!access.session(&mended, now + Duration::minutes(61)).unwrap().unwrap().fresh_by_link);
}

#[test]
fn a_device_is_known_by_its_token_and_the_token_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let town = Scope::new(vec!["350211102".parse().unwrap()]);
    let person = access.add_person("阿华", Role::Inspector, Some(town.clone()), Utc::now()).unwrap();
    let token = access.add_device("阿华的手机", person.id, Some(&village()), Utc::now()).unwrap();
    assert_eq!(access.device(&token).unwrap().unwrap().scope, Some(village()));
    let other = access.add_device("平板", person.id, None, Utc::now()).unwrap();
    assert_eq!(access.device(&other).unwrap().unwrap().scope, Some(town));
    assert_eq!(access.device("vl_guess").unwrap(), None);
    let elsewhere = Scope::new(vec!["350211103".parse().unwrap()]);
    let change = PersonChange { scope: Some(Some(elsewhere)), ..PersonChange::default() };
    access.change_person(person.id, change).unwrap();
    assert_eq!(
        access.device(&token).unwrap().unwrap().scope,
        Some(Scope::default()),
        "nothing is left of it"
    );
    drop(access);
    let bytes = std::fs::read(folder.path().join("access.sqlite")).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[test]
fn whoever_is_removed_is_let_in_no_more_and_their_devices_stay_on_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let lin = access.add_person("小林", Role::Inspector, Some(village()), now).unwrap();
    assert!(matches!(
        access.add_person("小林", Role::Lead, None, now),
        Err(AccessError::NameTaken(name)) if name == "小林"
    ));
    let token = access.add_device("手机", lin.id, None, now).unwrap();
    let code = access.new_sign_in_code(lin.id, now).unwrap();
    let session = access.sign_in(&code, &visitor(), now).unwrap();
    let change =
        PersonChange { name: Some("林志燕".into()), role: Some(Role::Lead), ..PersonChange::default() };
    access.change_person(lin.id, change).unwrap();
    assert_eq!(access.session(&session, now).unwrap().unwrap().person.role, Role::Lead);
    let device = access.device(&token).unwrap().unwrap();
    assert_eq!((device.names, device.revoked), (vec!["小林".to_owned(), "林志燕".to_owned()], None));
    let unused = access.new_sign_in_code(lin.id, now).unwrap();
    let new = NewInvitation { person: lin.id, device: "平板", scope: None };
    access.invite(new, now).unwrap();
    access.remove_person(lin.id, now).unwrap();
    assert_eq!(access.session(&session, now).unwrap(), None);
    assert!(access.sign_in(&unused, &visitor(), now).is_err());
    assert_eq!(access.invitations(now).unwrap(), []);
    let device = access.device(&token).unwrap().unwrap();
    assert!(device.person_removed && device.revoked.is_some_and(|revoked| !revoked.erase));
    let listed = access.devices().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].revoked.map(|revoked| revoked.at.timestamp_millis()), Some(now.timestamp_millis()));
    assert_eq!(access.people().unwrap(), []);
    access.add_person("林志燕", Role::Viewer, Some(village()), now).unwrap();
}

#[test]
fn somebody_is_left_who_may_manage_people_and_nobody_is_given_everything_by_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let admin = access.first_admin(now).unwrap();
    let narrow = access.add_person("区县管理员", Role::Admin, Some(village()), now).unwrap();
    let is_last = |result: Result<(), AccessError>| matches!(result, Err(AccessError::LastAdmin));
    assert!(is_last(access.remove_person(admin.id, now)));
    let lead =
        PersonChange { role: Some(Role::Lead), scope: Some(Some(village())), ..PersonChange::default() };
    assert!(is_last(access.change_person(admin.id, lead.clone())));
    let narrower = PersonChange { scope: Some(Some(village())), ..PersonChange::default() };
    assert!(is_last(access.change_person(admin.id, narrower)));
    assert_eq!(access.person(admin.id).unwrap().unwrap(), admin, "nothing of it was written");
    access.remove_person(narrow.id, now).unwrap();
    let other = access.add_person("副管理员", Role::Admin, None, now).unwrap();
    access.change_person(admin.id, lead).unwrap();
    assert!(is_last(access.remove_person(other.id, now)));

    let none = Some(Scope::default());
    assert!(matches!(access.add_person("谁", Role::Lead, none.clone(), now), Err(AccessError::EmptyScope)));
    let emptied = PersonChange { scope: Some(none), ..PersonChange::default() };
    assert!(matches!(access.change_person(admin.id, emptied), Err(AccessError::EmptyScope)));
}

#[test]
fn a_password_opens_the_console_and_guessing_takes_longer_and_longer() {
    let folder = tempfile::tempdir().unwrap();
    let mut access = Access::open(folder.path()).unwrap();
    let mut now = Utc::now();
    let lin = access.add_person("小林", Role::Lead, Some(village()), now).unwrap();
    let good = "东辉村 2026 台账";
    for (weak, reason) in [("短", "Length"), ("aaaaaaaaaaaa", "Weak"), (&"长".repeat(201), "Length")] {
        let refused = access.set_password(lin.id, weak, None, None, now).unwrap_err();
        assert!(format!("{refused:?}").starts_with(reason), "{weak}");
    }
    let before = access.sign_in_by_password("小林", good, &visitor(), now);
    assert!(matches!(before, Err(SignInRefusal::Wrong)), "no password is set");
    access.set_password(lin.id, good, None, None, now).unwrap();
    let session = access.sign_in_by_password(" 小林", good, &visitor(), now).unwrap();
    assert!(!access.session(&session, now).unwrap().unwrap().fresh_by_link);

    let peer = |number: u8| Visitor { peer: [10, 0, 0, number].into(), browser: String::new() };
    for number in 0..5 {
        let wrong = access.sign_in_by_password("小林", "错的密码错的密码", &peer(number), now);
        assert!(matches!(wrong, Err(SignInRefusal::Wrong)));
    }
    // By name, from whatever address, the right one too, and after a restart.
    let waits = |access: &Access, name: &str, visitor: &Visitor, now| match access
        .sign_in_by_password(name, good, visitor, now)
    {
        Err(SignInRefusal::Wait(seconds)) => seconds,
        other => panic!("{other:?}"),
    };
    assert_eq!(waits(&access, "小林", &peer(9), now), 1);
    drop(access);
    access = Access::open(folder.path()).unwrap();
    assert_eq!(waits(&access, "小林", &peer(9), now), 1);
    now += Duration::seconds(1);
    access.sign_in_by_password("小林", good, &peer(9), now).unwrap();
    for _ in 0..5 {
        let nobody = access.sign_in_by_password("没有这个人", good, &peer(7), now);
        assert!(matches!(nobody, Err(SignInRefusal::Wrong)), "as of a name that somebody has");
    }
    assert_eq!(waits(&access, "没有这个人", &peer(8), now), 1, "a name that nobody has waits alike");
    assert_eq!(waits(&access, "小林", &peer(7), now), 1, "by address, whatever the name");
    access.sign_in_by_password("小林", good, &peer(8), now).unwrap();
}

#[test]
fn another_password_ends_what_the_one_before_opened() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let lin = access.add_person("小林", Role::Lead, Some(village()), now).unwrap();
    let (first, second) = ("第一个密码 2025", "第二个密码 2026");
    access.set_password(lin.id, first, None, None, now).unwrap();
    let sign_in = |password| access.sign_in_by_password("小林", password, &visitor(), now);
    let (own, other) = (sign_in(first).unwrap(), sign_in(first).unwrap());
    assert_ne!(own, other);
    let code = access.new_sign_in_code(lin.id, now).unwrap();
    let kept = access.session(&own, now).unwrap().unwrap().id;
    let wrong = access.set_password(lin.id, second, Some("不是这个密码啊啊"), Some(kept), now);
    assert!(matches!(wrong, Err(PasswordRefusal::Current)));
    assert!(access.session(&other, now).unwrap().is_some());
    access.set_password(lin.id, second, Some(first), Some(kept), now).unwrap();
    assert!(access.session(&own, now).unwrap().is_some());
    assert_eq!(access.session(&other, now).unwrap(), None);
    assert!(access.sign_in(&code, &visitor(), now).is_err(), "a link that was not used");
    assert!(matches!(sign_in(first), Err(SignInRefusal::Wrong)));
    sign_in(second).unwrap();
    for _ in 0..5 {
        assert!(access.set_password(lin.id, first, Some("乱猜的密码乱猜"), Some(kept), now).is_err());
    }
    let guessed = access.set_password(lin.id, first, Some(second), Some(kept), now);
    assert!(matches!(guessed, Err(PasswordRefusal::Wait(_))), "nobody guesses at an unattended browser");

    let bytes: Vec<u8> = ["access.sqlite", "access.sqlite-wal"]
        .iter()
        .flat_map(|file| std::fs::read(folder.path().join(file)).unwrap())
        .collect();
    for secret in [first, second, &own, &other, &code] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[test]
fn an_invitation_makes_one_device_and_tells_it_again_what_it_missed() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let peer = "10.0.0.1".parse().unwrap();
    let lin = access.add_person("小林", Role::Inspector, Some(village()), now).unwrap();
    let invite =
        |at| access.invite(NewInvitation { person: lin.id, device: "手机", scope: None }, at).unwrap();
    let request = |code: &str, token: &str, device: &str| EnrolRequest {
        protocol: wire::sync::PROTOCOL,
        code: code.to_owned(),
        token: token.to_owned(),
        device: device.to_owned(),
        key: "age1qqqq".to_owned(),
    };
    let (_, code, expires_at) = invite(now);
    assert_eq!(expires_at, now + Duration::hours(24));
    let enrolled = access.enrol(&request(&code, "token one", ""), peer, now).unwrap();
    assert_eq!((enrolled.name.as_str(), enrolled.key.as_str()), ("手机", "age1qqqq"));
    assert_eq!(enrolled.scope, Some(village()));
    let again = access.enrol(&request(&code, "token one", ""), peer, now + Duration::days(2)).unwrap();
    assert_eq!(again, enrolled);
    let other = access.enrol(&request(&code, "token two", ""), peer, now);
    assert!(matches!(other, Err(EnrolRefusal::Unknown)));
    assert_eq!(access.devices().unwrap().len(), 1);

    let (late, code, _) = invite(now);
    let expired = access.enrol(&request(&code, "token two", ""), peer, now + Duration::hours(24));
    assert!(matches!(expired, Err(EnrolRefusal::Unknown)));
    let taken = access.enrol(&request(&code, "token one", ""), peer, now);
    assert!(matches!(taken, Err(EnrolRefusal::Token)));
    assert_eq!(access.invitations(now).unwrap().iter().map(|row| row.id).collect::<Vec<_>>(), [late]);
    assert!(access.withdraw(late).unwrap() && !access.withdraw(late).unwrap());
    let withdrawn = access.enrol(&request(&code, "token two", ""), peer, now);
    assert!(matches!(withdrawn, Err(EnrolRefusal::Unknown)));

    let (_, code, _) = invite(now);
    let stranger = "10.0.0.9".parse().unwrap();
    for _ in 0..5 {
        let unknown = access.enrol(&request("0000000000", "token three", ""), stranger, now);
        assert!(matches!(unknown, Err(EnrolRefusal::Unknown)));
    }
    let throttled = access.enrol(&request(&code, "token three", ""), stranger, now);
    assert!(matches!(throttled, Err(EnrolRefusal::Wait(1))), "the sixth of an address that failed");
    let elsewhere = "10.0.0.2".parse().unwrap();
    let named = access.enrol(&request(&code, "token three", "小林的手机"), elsewhere, now).unwrap();
    assert_eq!(named.name, "小林的手机");
    let bytes = std::fs::read(folder.path().join("access.sqlite-wal")).unwrap();
    assert!(!bytes.windows(code.len()).any(|window| window == code.as_bytes()));
}

#[test]
fn a_device_reports_and_is_revoked_and_says_that_it_erased() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let lin = access.add_person("小林", Role::Inspector, Some(village()), now).unwrap();
    let token = access.add_device("手机", lin.id, None, now).unwrap();
    let id = access.device(&token).unwrap().unwrap().id;
    let report = |pending| DeviceReport {
        version: "0.1.0".to_owned(),
        key: "age1qqqq".to_owned(),
        pending_changes: pending,
        used_bytes: u64::MAX,
        ..DeviceReport::default()
    };
    let synced = || access.devices().unwrap()[0].last_sync_at.unwrap() - time(now.timestamp_millis());
    access.note_report(id, &report(3), now).unwrap();
    access.note_report(id, &report(3), now + Duration::seconds(30)).unwrap();
    assert_eq!(synced(), Duration::zero(), "nothing new was said");
    access.note_report(id, &report(0), now + Duration::seconds(31)).unwrap();
    assert_eq!(synced(), Duration::seconds(31));
    access.note_report(id, &report(0), now + Duration::seconds(95)).unwrap();
    assert_eq!(synced(), Duration::seconds(95));
    let listed = access.devices().unwrap().remove(0);
    assert_eq!((listed.report.pending_changes, listed.report.used_bytes), (0, i64::MAX as u64));
    assert_eq!(access.device(&token).unwrap().unwrap().key, "age1qqqq");
    let seen = access.people_listed().unwrap()[0].seen_at;
    assert_eq!(seen, listed.last_sync_at);

    assert!(!access.note_erased(id, now).unwrap(), "nobody told it to");
    assert!(access.revoke_device(id, false, now).unwrap());
    assert!(!access.note_erased(id, now).unwrap());
    assert!(access.revoke_device(id, true, now + Duration::hours(1)).unwrap());
    let revoked = access.device(&token).unwrap().unwrap().revoked.unwrap();
    assert_eq!((revoked.at.timestamp_millis(), revoked.erase), (now.timestamp_millis(), true));
    access.revoke_device(id, false, now + Duration::hours(2)).unwrap();
    assert!(access.device(&token).unwrap().unwrap().revoked.unwrap().erase, "it is not taken back");
    assert!(access.note_erased(id, now + Duration::hours(3)).unwrap());
    let erased = access.devices().unwrap()[0].revoked.unwrap().erased_at.unwrap();
    assert_eq!(erased.timestamp_millis(), (now + Duration::hours(3)).timestamp_millis());
    assert_eq!(access.people_listed().unwrap()[0].devices, 0);
}

#[test]
fn devices_of_an_older_version_go_on_as_inspectors() {
    let folder = tempfile::tempdir().unwrap();
    let token = |number: u8| format!("vl_old{number}");
    {
        let mut connection = Connection::open(folder.path().join("access.sqlite")).unwrap();
        Migrations::from_slice(&MIGRATIONS[..1]).to_latest(&mut connection).unwrap();
        for (number, name) in [(1_u8, "手机"), (2, "手机"), (3, "平板")] {
            let device = params![[number; 16], name, "350211102207,350211103", hash(&token(number)), number];
            connection.execute("INSERT INTO device VALUES (?1, ?2, ?3, ?4, ?5)", device).unwrap();
        }
        connection.execute("INSERT INTO session VALUES (x'00', 9000000000000)", []).unwrap();
    }
    let access = Access::open(folder.path()).unwrap();
    let names: Vec<String> = access.people().unwrap().into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["手机", "手机 2", "平板"]);
    let device = access.device(&token(2)).unwrap().unwrap();
    assert_eq!((device.name.as_str(), device.person.name.as_str()), ("手机", "手机 2"));
    assert_eq!(device.person.role, Role::Inspector);
    let codes = device.scope.unwrap();
    assert_eq!(codes.codes().len(), 2);
    let sessions: u64 =
        access.connection().unwrap().query_row("SELECT count(*) FROM session", [], |row| row.get(0)).unwrap();
    assert_eq!(sessions, 0);
}
