//! Changes that a device pushes or an office sends, made from sound ones: damaged, bent in single columns, run lengths
//! that explode, operations that no program of ours writes, in any order. Neither replica is harmed by any of it.

use automerge::{AutoCommit, Change};
use domain::{GridCode, Role, Scope, SiteField, SiteId, TaskId};
use rand::Rng as _;
use rand::rngs::StdRng;
use store::document::{CountyWrite, genesis};
use store::{
    Author, DocumentError, DossierWrite, Refusal, Rights, Role as Replica, Sender, Store, StoreError, Writer,
};
use tempfile::TempDir;
use uuid::Uuid;
use wire::sync::{DocumentChanges, DocumentKind, Push, decode, encode};

use super::base::{self, Known, NAME, VILLAGE};
use super::chunk::Parts;
use super::{bend, explode};
use crate::fuzz::mutate::{damage, damaged, noise, pick};
use crate::fuzz::runner::Target;

pub struct Changes {
    known: Vec<Known>,
    office: (Store, TempDir),
    device: (Store, TempDir),
    scope: Scope,
    names: Vec<String>,
}

impl Changes {
    pub fn new() -> Self {
        let known = base::known();
        let (office, device) =
            (base::replica(Replica::Office, &known), base::replica(Replica::Device, &known));
        let scope = Scope::new(vec!["35".parse().expect("a code")]);
        Self { known, office, device, scope, names: vec![NAME.to_owned()] }
    }

    /// Changes to one document: sound ones first, so that others can build on them, and hostile ones.
    fn document(&self, rng: &mut StdRng) -> Push {
        let known = pick(rng, &self.known);
        let other = pick(rng, &self.known);
        let chain = pick(rng, &known.next);
        let honest = rng.random_range(0..chain.len() + 1).min(chain.len());
        let mut changes: Vec<Vec<u8>> = chain[..honest].to_vec();
        for _ in 0..rng.random_range(1..4) {
            let chain = pick(rng, &known.next);
            let sound = pick(rng, chain);
            let strangers = pick(rng, &other.next);
            let stranger = pick(rng, strangers).clone();
            let hostile = match rng.random_range(0..16) {
                0 => damaged(rng, sound, &stranger),
                1 => noise(rng, 200),
                2 => stranger,
                3 => explode::bomb(rng, sound),
                4 => explode::compressed(rng, sound),
                5..9 => columns(rng, sound, &stranger),
                9 => header(rng, sound),
                10 => explode::many(rng, sound),
                _ => bend::bent(rng, sound),
            };
            let hostile = if rng.random_ratio(1, 10) { columns(rng, &hostile, sound) } else { hostile };
            changes.push(hostile);
            if rng.random_ratio(1, 3) {
                changes.push(sound.clone());
            }
        }
        if rng.random_ratio(1, 4) {
            let (one, two) = (rng.random_range(0..changes.len()), rng.random_range(0..changes.len()));
            changes.swap(one, two);
        }
        let mut news = known.news(&changes);
        let mut grid = known.grid.clone();
        match rng.random_range(0..30) {
            0 => news.kind = other.kind,
            1 => news.document = other.id,
            2 => news.document = Uuid::from_u128(rng.random()),
            3 => grid = other.grid.clone(),
            4 => news.changes.splice(0..0, known.news(&known.changes).changes).for_each(drop),
            _ => {}
        }
        Push { grid, documents: vec![news] }
    }

    fn push(&self, writer: &Writer<'_>, case: &Case) -> Result<(), Broken> {
        let role = [Role::Admin, Role::Admin, Role::Lead, Role::Inspector][usize::from(case.0 % 4)];
        let rights = Rights { role, scope: &self.scope, names: &self.names };
        let install = Uuid::from_u128(9);
        let sender = Sender { install, rights, person: NAME, device: "手机", at: base::at(60) };
        for (grid, news) in documents(case) {
            check(writer, grid, news, true, || writer.ingest_judged(grid, news, &sender))?;
        }
        Ok(())
    }

    fn tell(writer: &Writer<'_>, case: &Case) -> Result<(), Broken> {
        for (grid, news) in documents(case) {
            check(writer, grid, news, false, || writer.ingest_news(grid, news, base::at(60)))?;
        }
        Ok(())
    }
}

type Case = (u8, Vec<Push>);

fn documents(case: &Case) -> impl Iterator<Item = (&GridCode, &DocumentChanges)> {
    case.1.iter().flat_map(|push| push.documents.iter().map(|news| (&push.grid, news)))
}

/// Ends a transaction, so that the next case finds the replica as this one did.
enum Broken {
    Promise(String),
    Over,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Promise(error.to_string())
    }
}

fn broken<T>(what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken::Promise(what.into()))
}

impl Target for Changes {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let pushes = (0..rng.random_range(1..3)).map(|_| self.document(rng)).collect();
        let case: Case = (rng.random(), pushes);
        encode(&case).expect("it fits into a message")
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let Ok(case) = decode::<Case>(case) else { return Ok(()) };
        let over = |outcome: Result<(), Broken>| match outcome {
            Err(Broken::Promise(what)) => Err(what),
            Err(Broken::Over) | Ok(()) => Ok(()),
        };
        let office = self.office.0.write(|writer| self.push(writer, &case).and(Err(Broken::Over)));
        over(office).map_err(|what| format!("at the office: {what}"))?;
        let device = self.device.0.write(|writer| Self::tell(writer, &case).and(Err(Broken::Over)));
        over(device).map_err(|what| format!("on a device: {what}"))
    }
}

/// Takes changes in and looks whether the replica is still sound.
fn check(
    writer: &Writer<'_>,
    grid: &GridCode,
    news: &DocumentChanges,
    office: bool,
    ingest: impl Fn() -> Result<Vec<Result<(), Refusal>>, StoreError>,
) -> Result<(), Broken> {
    let before = writer.digests(|_| true)?;
    let answers = ingest()?;
    if answers.len() != news.changes.len() {
        return broken("not every change was answered");
    }
    if answers.iter().all(Result::is_err) && writer.digests(|_| true)? != before {
        return broken("what was refused changed the digest");
    }
    // Sent again, as after an answer that was lost: the same is taken in, and nothing new. Why something is not may differ:
    // of two changes with one number the first that was taken in makes the other damaged.
    let settled = writer.digests(|_| true)?;
    let again = ingest()?;
    if !again.iter().map(Result::is_ok).eq(answers.iter().map(Result::is_ok)) {
        return broken(format!("sent again it is answered {again:?} and not {answers:?}"));
    }
    if writer.digests(|_| true)? != settled {
        return broken("sent again it changed the digest");
    }
    let Some(kind) = writer.document_kind(news.document)? else { return Ok(()) };
    if office {
        loads(writer, grid, news.document, kind)?;
    }
    edit(writer, grid, news.document, kind)
}

/// That what is in the log can be loaded by whoever reads it, saved, and loaded again.
fn loads(writer: &Writer<'_>, grid: &GridCode, document: Uuid, kind: DocumentKind) -> Result<(), Broken> {
    let mut loaded: AutoCommit = genesis(kind).clone();
    for entry in writer.log_after(grid, 0, None, usize::MAX)?.entries {
        if entry.document == document {
            let change =
                Change::from_bytes(entry.bytes).map_err(|error| Broken::Promise(error.to_string()))?;
            loaded.apply_changes([change]).map_err(|error| Broken::Promise(error.to_string()))?;
        }
    }
    let saved = loaded.save();
    let mut again = AutoCommit::load(&saved).map_err(|error| Broken::Promise(error.to_string()))?;
    if again.get_heads() == loaded.get_heads() { Ok(()) } else { broken("what was saved loads differently") }
}

/// That people can still look at the document and write into it.
fn edit(writer: &Writer<'_>, grid: &GridCode, document: Uuid, kind: DocumentKind) -> Result<(), Broken> {
    let author = Author { person: NAME.to_owned(), command: "fuzz", at: base::at(99) };
    let written = match kind {
        DocumentKind::Dossier => {
            let site = SiteId(document);
            let Some(dossier) = writer.dossier(site)? else { return broken("the dossier is empty") };
            // What a screen folds is folded, whatever comes of it.
            std::hint::black_box(dossier.standing());
            for problem in &dossier.problems {
                std::hint::black_box(dossier.state(problem));
            }
            let name = DossierWrite::SetField(SiteField::Name, "东辉改名厂".into());
            writer.edit_dossier::<StoreError>(site, &author, |_| Ok(vec![name]))
        }
        DocumentKind::County => {
            writer.county(grid)?;
            let Ok(code) = VILLAGE.parse() else { return Ok(()) };
            let unit = CountyWrite::SetUnit(domain::GridUnit { code, name: "改名村".into() });
            writer.edit_county(grid, &author, &[unit]).map(drop)
        }
        DocumentKind::Task => writer.task(TaskId(document)).map(drop),
    };
    match written {
        // Whoever may write can say that the document is of a newer version.
        Ok(()) | Err(StoreError::Document(DocumentError::ReadOnly)) => Ok(()),
        Err(error) => broken(format!("the next edit fails: {error}")),
    }
}

/// Bends single columns, in ways that the column's encoding allows or not.
fn columns(rng: &mut StdRng, sound: &[u8], stranger: &[u8]) -> Vec<u8> {
    let (Some(mut parts), Some(other)) = (Parts::of(sound), Parts::of(stranger)) else {
        return sound.to_vec();
    };
    if parts.columns.is_empty() {
        return sound.to_vec();
    }
    for _ in 0..rng.random_range(1..4) {
        let place = rng.random_range(0..parts.columns.len());
        let elsewhere =
            if other.columns.is_empty() { Vec::new() } else { pick(rng, &other.columns).1.clone() };
        let count = parts.columns.len();
        let (number, data) = &mut parts.columns[place];
        match rng.random_range(0..12) {
            0 => *data = elsewhere,
            1 => *number = rng.random_range(0..200),
            2 => *number ^= 8,
            3 => {
                let again = parts.columns[place].clone();
                parts.columns.insert(place, again);
            }
            4 if count > 1 => drop(parts.columns.remove(place)),
            5 => *data = explode::runs(rng),
            _ => damage(rng, data, &elsewhere),
        }
    }
    parts.bytes()
}

/// Bends what stands before the columns.
fn header(rng: &mut StdRng, sound: &[u8]) -> Vec<u8> {
    let Some(mut parts) = Parts::of(sound) else { return sound.to_vec() };
    let any = crate::fuzz::mutate::extreme(rng);
    match rng.random_range(0..13) {
        0 => parts.seq = any,
        1 => parts.seq += 1,
        2 => parts.start = any,
        3 => parts.start += rng.random_range(0..3),
        4 => parts.start = parts.start.saturating_sub(rng.random_range(1..30)),
        5 => parts.actor = noise(rng, 40),
        6 => parts.others.push(noise(rng, 20)),
        7 => parts.others.reverse(),
        8 => parts.dependencies.clear(),
        9 => parts.dependencies.push(rng.random()),
        10 => parts.message = noise(rng, 6_000),
        11 => parts.trailing = noise(rng, 30),
        _ => parts.kind = rng.random_range(0..5),
    }
    parts.bytes()
}
