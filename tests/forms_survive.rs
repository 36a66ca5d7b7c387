//! The camera must not lose the form: the app is killed between any two steps of an inspection, and in the middle of
//! them, and what was called saved is there again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use app::Device;
use domain::{InspectionId, ProblemId, Severity, SiteId};
use office::{sample, visit};
use rand::{Rng as _, SeedableRng as _};
use sync_client::HttpConnector;
use tempfile::TempDir;
use uuid::Uuid;
use wire::message::*;

const FOLDER: &str = "VILLAGE_LEDGER_TEST_FOLDER";
const SITE: &str = "VILLAGE_LEDGER_TEST_SITE";
const PATIENT: &str = "VILLAGE_LEDGER_TEST_PATIENT";

const DRAFT: Uuid = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0001);
const PROBLEM: ProblemId = ProblemId(Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0002));
const OPENING: Uuid = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0004);
const VISIT: InspectionId = InspectionId(Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0003));

/// What the inspector does, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    OpenForm,
    TypeRemarks,
    DescribeProblem,
    AttachPhoto,
    OpenCamera,
    CameraWritesPhoto,
    TakePhoto,
    CloseCamera,
    TypeMore,
    Finish,
}

const STEPS: [Step; 10] = [
    Step::OpenForm,
    Step::TypeRemarks,
    Step::DescribeProblem,
    Step::AttachPhoto,
    Step::OpenCamera,
    Step::CameraWritesPhoto,
    Step::TakePhoto,
    Step::CloseCamera,
    Step::TypeMore,
    Step::Finish,
];

impl Step {
    /// What stands in the form after this step.
    fn body(self) -> String {
        let typed = STEPS.iter().filter(|step| step.types() && **step <= self).count();
        format!("{{\"remarks\":\"{}\"}}", "现场正在生产。".repeat(typed))
    }

    fn types(self) -> bool {
        matches!(self, Self::OpenForm | Self::TypeRemarks | Self::DescribeProblem | Self::TypeMore)
    }
}

fn pictures(folder: &Path) -> PathBuf {
    folder.join("pictures")
}

fn open(folder: &Path) -> Device<HttpConnector> {
    let device = Device::open(&folder.join("data"), HttpConnector::new()).unwrap();
    device.set_pictures_folder(pictures(folder));
    device
}

fn call<R: serde::de::DeserializeOwned>(
    device: &Device<HttpConnector>,
    command: &str,
    request: impl serde::Serialize,
) -> R {
    let request = serde_json::to_value(request).unwrap();
    let reply = device.call(command, request).unwrap_or_else(|error| panic!("{command}: {error:?}"));
    serde_json::from_value(reply).unwrap()
}

fn camera_photo() -> Vec<u8> {
    std::fs::read(sample::path("photos/gps-DSCN0012.jpg")).unwrap()
}

/// The process that is killed. It says each step that was acknowledged.
#[test]
#[ignore = "run by the tests beside it, which kill it"]
fn the_inspector() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let site: SiteId = std::env::var(SITE).unwrap().parse().unwrap();
    let patient = std::env::var_os(PATIENT).is_some();
    let device = open(&folder);
    let mut photos = Vec::new();
    for step in STEPS {
        match step {
            Step::OpenForm | Step::TypeRemarks | Step::DescribeProblem | Step::TypeMore => {
                let kind = DraftKind::Inspection;
                let request = SaveDraft { id: DRAFT, kind, site: Some(site), body: step.body() };
                call::<Draft>(&device, "drafts.save", request);
            }
            Step::AttachPhoto => {
                let bytes = std::fs::read(sample::path("photos/gps-DSCN0010.jpg")).unwrap();
                let upload = device.upload(&bytes).unwrap();
                let request = AttachPhoto { upload, draft: DRAFT, options: None };
                photos.push(call::<AttachedPhoto>(&device, "photos.attach", request).hash);
            }
            Step::OpenCamera => {
                let request =
                    ExpectPhoto { id: OPENING, draft: DRAFT, problem: Some(PROBLEM), options: None };
                call::<Nothing>(&device, "camera.expect", request);
            }
            Step::CameraWritesPhoto => {
                std::fs::write(pictures(&folder).join("JPEG_1.jpg"), camera_photo()).unwrap();
            }
            Step::TakePhoto => {
                let file_name = "JPEG_1.jpg".to_owned();
                let bytes = camera_photo().len() as u64;
                let request = TakePhoto { file_name, bytes, draft: DRAFT, options: None };
                photos.extend(
                    call::<Option<AttachedPhoto>>(&device, "camera.take", request).map(|photo| photo.hash),
                );
            }
            Step::CloseCamera => {
                call::<Nothing>(&device, "camera.done", ExpectedPhoto { id: OPENING });
            }
            Step::Finish => {
                let request = the_visit(site, photos.clone());
                call::<RecordedInspection>(&device, "inspections.record", request);
            }
        }
        println!("acknowledged {step:?}");
        std::io::stdout().flush().unwrap();
        if patient {
            std::io::stdin().lock().read_line(&mut String::new()).unwrap();
        }
    }
}

fn the_visit(site: SiteId, photos: Vec<domain::PhotoHash>) -> RecordInspection {
    let problem = NewProblem {
        id: PROBLEM,
        description: "喷漆废气直排".into(),
        severity: Severity::Ordinary,
        deadline: None,
    };
    let photos = photos
        .into_iter()
        .map(|hash| NewPhoto {
            hash,
            problem: Some(PROBLEM),
            rectified: false,
            sketch_of: None,
            compare_with: None,
        })
        .collect();
    RecordInspection { id: VISIT, draft: Some(DRAFT), problems: vec![problem], photos, ..visit(site) }
}

/// A device that knows its village and one site. It is made once and copied.
fn prepared() -> (TempDir, SiteId) {
    static PREPARED: LazyLock<(TempDir, SiteId)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let device = open(folder.path());
        sample::import_donghui(device.app());
        let site = SiteId::new();
        let fields = domain::SiteFields::named(office::DONGHUI.parse().unwrap(), "新发五金加工点");
        call::<OneSite>(&device, "sites.register", RegisterSite { id: site, fields, draft: None });
        (folder, site)
    });
    let (template, site) = &*PREPARED;
    let folder = tempfile::tempdir().unwrap();
    copy(template.path(), folder.path());
    std::fs::create_dir(pictures(folder.path())).unwrap();
    (folder, *site)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn start(folder: &Path, site: SiteId, patient: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "the_inspector", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(SITE, site.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if patient {
        command.env(PATIENT, "1");
    }
    command.spawn().unwrap()
}

/// The steps that the killed process had acknowledged, from what it wrote.
fn acknowledged(text: &str) -> Option<Step> {
    STEPS.iter().copied().filter(|step| text.contains(&format!("acknowledged {step:?}\n"))).max()
}

/// Opens the killed device's data and looks for all that was acknowledged. More may be there: the step after it.
fn nothing_is_lost(folder: &Path, site: SiteId, last: Option<Step>) {
    let device = open(folder);
    let recovered: Vec<RecoveredPhoto> = call(&device, "camera.recover", Nothing {});
    let drafts: Vec<Draft> = call(&device, "drafts.list", Nothing {});
    let dossier: DossierView = call(&device, "sites.dossier", OneSite { site });
    let Some(last) = last else { return };
    if last == Step::Finish {
        assert!(drafts.is_empty(), "the finished form is still a draft");
        assert_eq!(dossier.inspections.len(), 1);
        assert_eq!(dossier.photos.len(), 2);
        assert!(dossier.photos.iter().all(|photo| photo.present && photo.thumbnail));
        return;
    }
    if dossier.inspections.len() == 1 {
        // Killed after the record was written and before it was acknowledged.
        assert_eq!((last, drafts.len(), dossier.photos.len()), (Step::TypeMore, 0, 2));
        return;
    }
    let [draft] = drafts.as_slice() else { panic!("{} drafts after {last:?}", drafts.len()) };
    assert!(draft.body.len() >= last.body().len(), "after {last:?} the form holds {}", draft.body);
    let attached = usize::from(last >= Step::AttachPhoto) + usize::from(last >= Step::CameraWritesPhoto);
    assert!(draft.photos.len() >= attached, "{} photos after {last:?}", draft.photos.len());
    for photo in &draft.photos {
        let bytes = device.photo(&photo.hash, false).unwrap().unwrap();
        assert_eq!(bytes.len() as u64, photo.bytes);
        assert!(device.photo(&photo.hash, true).unwrap().is_some());
    }
    for RecoveredPhoto { draft: found_in, photo } in &recovered {
        assert_eq!((*found_in, photo.found_for), (DRAFT, Some(PROBLEM)));
        assert!(draft.photos.iter().any(|other| other.hash == photo.hash));
    }
    if last == Step::CameraWritesPhoto {
        // Nobody but the camera knew of it. It may have been taken in by the step after, unacknowledged.
        let left = std::fs::read_dir(pictures(folder)).unwrap().count();
        assert_eq!(left, 0, "the camera's file is taken in and removed");
    }

    // And the form can be finished from here.
    let photos = draft.photos.iter().map(|photo| photo.hash.clone()).collect();
    call::<RecordedInspection>(&device, "inspections.record", the_visit(site, photos));
    let dossier: DossierView = call(&device, "sites.dossier", OneSite { site });
    assert_eq!((dossier.inspections.len(), dossier.photos.len()), (1, draft.photos.len()));
    assert!(call::<Vec<Draft>>(&device, "drafts.list", Nothing {}).is_empty());
}

#[test]
fn killed_between_any_two_steps_the_form_and_its_photos_are_there() {
    for last in STEPS {
        let (folder, site) = prepared();
        let mut child = start(folder.path(), site, true);
        let mut answers = child.stdin.take().unwrap();
        let mut heard = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while acknowledged(&heard) != Some(last) {
            assert!(lines.read_line(&mut heard).unwrap() > 0, "the inspector ended after {heard}");
            if heard.ends_with('\n') && heard.contains("acknowledged") && acknowledged(&heard) < Some(last) {
                answers.write_all(b"\n").unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        nothing_is_lost(folder.path(), site, Some(last));
    }
}

#[test]
fn killed_at_any_moment_what_was_acknowledged_is_there() {
    let mut random = rand::rngs::StdRng::seed_from_u64(20_261_122);
    for _ in 0..20 {
        let (folder, site) = prepared();
        let mut child = start(folder.path(), site, false);
        std::thread::sleep(Duration::from_millis(random.random_range(5..1_500)));
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let heard = String::from_utf8_lossy(&output.stdout).into_owned();
        nothing_is_lost(folder.path(), site, acknowledged(&heard));
    }
}

#[test]
fn two_photos_on_their_way_are_both_found_and_each_for_its_problem() {
    let (folder, site) = prepared();
    let [first, second] = [ProblemId::new(), ProblemId::new()];
    {
        let device = open(folder.path());
        let kind = DraftKind::Inspection;
        call::<Draft>(
            &device,
            "drafts.save",
            SaveDraft { id: DRAFT, kind, site: Some(site), body: "{}".into() },
        );
        // An old file that nobody waits for.
        std::fs::write(pictures(folder.path()).join("JPEG_0.jpg"), camera_photo()).unwrap();
        let mut openings = Vec::new();
        for (number, problem, photo) in [(1, first, "gps-DSCN0010.jpg"), (2, second, "gps-DSCN0021.jpg")] {
            let id = Uuid::new_v4();
            openings.push(id);
            let options = Some(IntakeOptions { long_side: 1_280, keep_original: true });
            let request = ExpectPhoto { id, draft: DRAFT, problem: Some(problem), options };
            call::<Nothing>(&device, "camera.expect", request);
            let bytes = std::fs::read(sample::path(&format!("photos/{photo}"))).unwrap();
            std::fs::write(pictures(folder.path()).join(format!("JPEG_{number}.jpg")), bytes).unwrap();
        }
        let third = Uuid::new_v4();
        let request = ExpectPhoto { id: third, draft: DRAFT, problem: None, options: None };
        call::<Nothing>(&device, "camera.expect", request);
        // The third came back without a photo; that says nothing of the others.
        call::<Nothing>(&device, "camera.done", ExpectedPhoto { id: third });
        assert!(call::<Vec<RecoveredPhoto>>(&device, "camera.recover", Nothing {}).is_empty(), "it lives on");
    }
    let device = open(folder.path());
    let recovered: Vec<RecoveredPhoto> = call(&device, "camera.recover", Nothing {});
    let shown: Vec<_> = recovered.iter().map(|found| found.photo.found_for).collect();
    assert_eq!(shown, [Some(first), Some(second)]);
    assert!(folder.path().join("data/originals").exists(), "taken in as it was asked for");
    assert!(pictures(folder.path()).join("JPEG_0.jpg").exists());
    assert!(call::<Vec<RecoveredPhoto>>(&device, "camera.recover", Nothing {}).is_empty());
}
