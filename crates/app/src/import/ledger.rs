//! Ledger rows. A row finds its site by its number, else by credit code, else by village and name, so that
//! importing twice adds nothing; two credit codes are two sites.
//! An empty cell says nothing; it never erases what is on record.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::ledger::PROBLEM_SEPARATOR;
use domain::{
    Completion, CompletionId, Decision, DecisionId, Dossier, LatLon, LedgerColumn, LedgerRow, Position,
    Problem, ProblemId, Provider, Role, Severity, SiteField, SiteFields, SiteId, Stage, StageChange,
    StageChangeId,
};
use interchange::{BadRow, GridDirectory, Item, Reading, Reason, read_ledger};
use store::{Author, DossierWrite, Reader, SiteRow, Store, StoreError, stored_position};
use wire::message::{ImportReport, WorkStep};

use super::{ImportFailure, ImportOptions, Progress, Tally, keep_within, may_write, report};
use crate::command::registration;
use crate::office::follow_up;

pub(super) fn ledger(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions<'_>,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    let directory = GridDirectory::new(store.read::<_, StoreError>(|reader| reader.units())?);
    let mut reading = read_ledger(bytes, &directory)?;
    keep_within(&mut reading, options.scope, LedgerColumn::VillageCode.zh(), |row| &row.village_code);
    store.read(|reader| refuse_moved(&mut reading, reader))?;
    let total = reading.items.len() as u64;
    if !may_write(options, &reading) {
        let tally = store.read(|reader| {
            let mut tally = Tally::default();
            let mut told = HashSet::new();
            for (done, item) in reading.items.iter().enumerate() {
                step(progress, WorkStep::Comparing, done, total)?;
                tally.count(&plan(reader, &item.value, &mut told, author)?);
            }
            Ok::<_, ImportFailure>(tally)
        })?;
        return Ok(report(options, &reading, tally, false));
    }
    let tally = store.write(|writer| {
        let mut tally = Tally::default();
        let mut told = HashSet::new();
        for (done, Item { value: row, .. }) in reading.items.iter().enumerate() {
            step(progress, WorkStep::Writing, done, total)?;
            let plan = plan(writer, row, &mut told, author)?;
            tally.count(&plan);
            match plan {
                Plan::Add(site, writes) | Plan::Change(site, writes) => {
                    writer.edit_dossier(site, author, |_| Ok::<_, StoreError>(writes))?;
                    if store.role() == store::Role::Office {
                        follow_up(writer, &[site], author.at)?;
                    }
                }
                Plan::Nothing => {}
            }
        }
        Ok::<_, ImportFailure>(tally)
    })?;
    Ok(report(options, &reading, tally, true))
}

/// What is to be done about one row.
enum Plan {
    Add(SiteId, Vec<DossierWrite>),
    Change(SiteId, Vec<DossierWrite>),
    /// All that the row says is on record.
    Nothing,
}

/// `told` are the sites that rows before this one were about.
fn plan(
    reader: &Reader<'_>,
    row: &LedgerRow,
    told: &mut HashSet<SiteId>,
    author: &Author,
) -> Result<Plan, StoreError> {
    let Some(site) = target(reader, row, told)? else {
        let id = row.site.unwrap_or_default();
        told.insert(id);
        return Ok(Plan::Add(id, new_site(row, author)));
    };
    told.insert(site.id);
    if !differs(&site, row) {
        return Ok(Plan::Nothing);
    }
    let writes = changes(reader.dossier(site.id)?.as_ref(), row, author);
    Ok(if writes.is_empty() { Plan::Nothing } else { Plan::Change(site.id, writes) })
}

fn step(progress: Progress<'_>, step: WorkStep, done: usize, total: u64) -> Result<(), ImportFailure> {
    if done.is_multiple_of(200) {
        progress(step, done as u64, total).map_err(ImportFailure::Stopped)
    } else {
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, plan: &Plan) {
        match plan {
            Plan::Add(..) => self.added += 1,
            Plan::Change(..) => self.changed += 1,
            Plan::Nothing => self.unchanged += 1,
        }
    }
}

/// A site that is on record in another village is somebody's mistake, not a move.
fn refuse_moved(reading: &mut Reading<LedgerRow>, reader: &Reader<'_>) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    for item in std::mem::take(&mut reading.items) {
        let row = &item.value;
        match target(reader, row, &HashSet::new())?.filter(|site| site.row.village_code != row.village_code) {
            None => kept.push(item),
            Some(site) => reading.bad.push(BadRow {
                row: item.row,
                column: Some(LedgerColumn::VillageCode.zh().to_owned()),
                value: format!("{} {}", row.village_code, row.name),
                reason: Reason::RegisteredElsewhere { village: site.row.village },
            }),
        }
    }
    reading.items = kept;
    Ok(())
}

/// The site that a row is about: by its id in a ledger of ours, else by credit code, else by village and name. Two
/// companies of one name with different credit codes are two, and so are two rows of one name.
fn target(
    reader: &Reader<'_>,
    row: &LedgerRow,
    told: &HashSet<SiteId>,
) -> Result<Option<SiteRow>, StoreError> {
    if let Some(site) = row.site.map(|site| reader.site(site)).transpose()?.flatten() {
        return Ok(Some(site));
    }
    if !row.credit_code.is_empty()
        && let Some(site) = reader.site_by_credit_code(&row.credit_code)?
    {
        return reader.site(site);
    }
    let named = reader.sites_by_name(&row.village_code, &row.name)?;
    for site in named.into_iter().filter(|site| !told.contains(site)) {
        let site = reader.site(site)?;
        let same = |site: &SiteRow| row.credit_code.is_empty() || site.row.credit_code.is_empty();
        if let Some(site) = site.filter(same) {
            return Ok(Some(site));
        }
    }
    Ok(None)
}

/// Whether the row says anything that is not on record.
fn differs(site: &SiteRow, row: &LedgerRow) -> bool {
    let known = &site.row;
    TEXTS.iter().any(|(_, text)| says_else(text(row), text(known)))
        || place_differs(known.place, row.place)
        || row.source.is_some() && row.source != known.source
        || decision_differs(known, row)
        || !new_problems(&known.problem, row).is_empty()
        || row.done.is_some() && row.done != known.done
        || row.done_on.is_some() && row.done_on != known.done_on
}

type TextOf = fn(&LedgerRow) -> &str;

/// The columns that are fields of the site.
const TEXTS: &[(SiteField, TextOf)] = &[
    (SiteField::Name, |row| &row.name),
    (SiteField::CreditCode, |row| &row.credit_code),
    (SiteField::Address, |row| &row.address),
    (SiteField::Industry, |row| &row.industry),
    (SiteField::Operator, |row| &row.operator),
    (SiteField::Telephone, |row| &row.telephone),
    (SiteField::Landlord, |row| &row.landlord),
    (SiteField::LandlordTelephone, |row| &row.landlord_telephone),
    (SiteField::Remark, |row| &row.remark),
];

fn says_else(said: &str, known: &str) -> bool {
    !said.is_empty() && said != known
}

/// Ledgers carry six decimals, which is a tenth of a metre: what would be written alike is alike.
fn place_differs(known: Option<LatLon>, said: Option<LatLon>) -> bool {
    let written = |place: LatLon| format!("{:.6} {:.6}", place.latitude(), place.longitude());
    said.is_some_and(|said| known.map(written) != Some(written(said)))
}

fn decision_differs(known: &LedgerRow, row: &LedgerRow) -> bool {
    row.verdict.is_some()
        && (row.verdict != known.verdict
            || says_else(&row.measures, &known.measures)
            || row.deadline.is_some() && row.deadline != known.deadline
            || says_else(&row.responsible_unit, &known.responsible_unit)
            || says_else(&row.responsible_person, &known.responsible_person))
}

/// The problems of the row that are not among the known ones.
fn new_problems<'a>(known: &str, row: &'a LedgerRow) -> Vec<&'a str> {
    let known: HashSet<&str> = known.split(PROBLEM_SEPARATOR).map(str::trim).collect();
    row.problem
        .split(PROBLEM_SEPARATOR)
        .map(str::trim)
        .filter(|problem| !problem.is_empty() && !known.contains(problem))
        .collect()
}

fn new_site(row: &LedgerRow, author: &Author) -> Vec<DossierWrite> {
    let mut fields = SiteFields::named(row.village_code.clone(), row.name.clone());
    for (field, text) in TEXTS {
        if let Some(place) = fields.text_mut(*field) {
            text(row).clone_into(place);
        }
    }
    fields.position = row.place.map(imported);
    fields.source = row.source;
    let mut writes = registration(&fields, author.at, &author.person);
    writes
        .extend(row.verdict.is_some().then(|| decision(row, None, Vec::new(), author.at, author)).flatten());
    if row.done == Some(true) {
        let of = decided_by(&writes, None);
        writes.push(completion(row, of, author.at, author));
    }
    writes.extend(problems(new_problems("", row), row, author));
    writes
}

fn changes(before: Option<&Dossier>, row: &LedgerRow, author: &Author) -> Vec<DossierWrite> {
    let Some(dossier) = before.filter(|dossier| !dossier.read_only) else { return Vec::new() };
    let known = dossier.ledger_row(domain::ledger::GridNames::default());
    let mut writes = Vec::new();
    for (field, text) in TEXTS {
        if says_else(text(row), text(&known)) {
            writes.push(DossierWrite::SetField(*field, text(row).to_owned()));
        }
    }
    if let Some(place) = row.place.filter(|_| place_differs(known.place, row.place)) {
        writes.push(DossierWrite::SetField(SiteField::Position, stored_position(&imported(place))));
    }
    if let Some(source) = row.source.filter(|_| row.source != known.source) {
        writes.push(DossierWrite::SetField(SiteField::Source, source.as_str().to_owned()));
    }
    let at = dossier.moment_after(author.at);
    let decided = decision_differs(&known, row);
    if decided {
        // Nobody looked at both sides of what is contested: a ledger settles nothing.
        writes.extend(decision(row, dossier.decision(), dossier.decision_after(Role::Inspector), at, author));
    }
    // Whether it is done is stated anew only where the row says something else, or about another verdict. A site whose
    // statement stands but that has an open problem is not done, and a ledger alone cannot make it so.
    let other_verdict = decided && row.verdict != known.verdict;
    let says_else = row.done.is_some() && row.done != known.done
        || row.done_on.is_some() && row.done_on != known.done_on
        || other_verdict && row.done == Some(true);
    let stated = dossier.completion();
    let stands = !other_verdict
        && stated.is_some_and(|stated| {
            Some(stated.done) == row.done && (row.done_on.is_none() || stated.done_on == row.done_on)
        });
    let never_done = stated.is_none() && row.done == Some(false);
    if row.done.is_some() && says_else && !stands && !never_done {
        let of = decided_by(&writes, Some(dossier));
        writes.push(completion(row, of, at, author));
    }
    if row.done == Some(true) {
        writes.extend(close_imported(dossier, author));
    }
    writes.extend(problems(new_problems(&known.problem, row), row, author));
    writes
}

/// Closes problems that came from a ledger, now that a ledger says the site is done. What an inspector found stays open.
fn close_imported(dossier: &Dossier, author: &Author) -> Vec<DossierWrite> {
    let from_ledger = dossier.problems.iter().filter(|problem| problem.inspection.is_none());
    let open = from_ledger.filter(|problem| dossier.stage(problem) != Stage::ClosedOut);
    open.map(|problem| {
        let after = dossier.step_after(problem, Role::Inspector);
        stage_change(problem.id, Stage::ClosedOut, after, author)
    })
    .collect()
}

fn imported(place: LatLon) -> Position {
    Position::bare(place, Provider::Import)
}

/// The decision that the row tells, completed from the one in force where it is silent.
fn decision(
    row: &LedgerRow,
    known: Option<&Decision>,
    after: Vec<DecisionId>,
    at: DateTime<Utc>,
    author: &Author,
) -> Option<DossierWrite> {
    let or_known = |said: &str, known: Option<&String>| match said {
        "" => known.cloned().unwrap_or_default(),
        said => said.to_owned(),
    };
    Some(DossierWrite::AddDecision(Decision {
        id: DecisionId::new(),
        verdict: row.verdict?,
        measures: or_known(&row.measures, known.map(|known| &known.measures)),
        deadline: row.deadline.or(known.and_then(|known| known.deadline)),
        responsible_unit: or_known(&row.responsible_unit, known.map(|known| &known.responsible_unit)),
        responsible_person: or_known(&row.responsible_person, known.map(|known| &known.responsible_person)),
        inspection: None,
        after: Some(after),
        at,
        by: author.person.clone(),
    }))
}

/// The decision that a row's progress is about: the one it told itself, or the one in force.
fn decided_by(writes: &[DossierWrite], before: Option<&Dossier>) -> Option<DecisionId> {
    let told = writes.iter().find_map(|write| match write {
        DossierWrite::AddDecision(decision) => Some(decision.id),
        _ => None,
    });
    told.or_else(|| before.and_then(Dossier::decision).map(|decision| decision.id))
}

fn completion(row: &LedgerRow, of: Option<DecisionId>, at: DateTime<Utc>, author: &Author) -> DossierWrite {
    DossierWrite::AddCompletion(Completion {
        id: CompletionId::new(),
        of,
        done: row.done == Some(true),
        done_on: row.done_on,
        comment: String::new(),
        at,
        by: author.person.clone(),
    })
}

/// Findings, closed out where the row says that the site is done.
fn problems(descriptions: Vec<&str>, row: &LedgerRow, author: &Author) -> Vec<DossierWrite> {
    let mut writes = Vec::new();
    for description in descriptions {
        let id = ProblemId::new();
        writes.push(DossierWrite::AddProblem(Problem {
            id,
            inspection: None,
            description: description.to_owned(),
            severity: Severity::Ordinary,
            deadline: row.deadline,
            at: author.at,
            by: author.person.clone(),
        }));
        let stage = if row.done == Some(true) { Stage::ClosedOut } else { Stage::Rectifying };
        writes.push(stage_change(id, stage, Vec::new(), author));
    }
    writes
}

fn stage_change(
    problem: ProblemId,
    stage: Stage,
    after: Vec<StageChangeId>,
    author: &Author,
) -> DossierWrite {
    DossierWrite::AddStageChange(StageChange {
        id: StageChangeId::new(),
        problem,
        stage,
        after: Some(after),
        comment: String::new(),
        deadline: None,
        position: None,
        at: author.at,
        by: author.person.clone(),
    })
}
