//! Ledger rows. A row finds its site by credit code, else by village and name, so that importing twice adds nothing.
//! An empty cell says nothing; it never erases what is on record.

use std::collections::HashSet;

use domain::ledger::PROBLEM_SEPARATOR;
use domain::{
    Completion, CompletionId, Decision, DecisionId, Dossier, LatLon, LedgerRow, Position, Problem, ProblemId,
    Provider, Severity, SiteField, SiteFields, SiteId, Stage, StageChange, StageChangeId,
};
use interchange::{BadRow, GridDirectory, Item, Reading, Reason, read_ledger};
use store::{Author, DossierWrite, Reader, SiteRow, Store, StoreError, stored_position};
use wire::message::{ImportReport, WorkStep};

use super::{ImportFailure, ImportOptions, Progress, Tally, may_write, report};
use crate::command::registration;

pub(super) fn ledger(
    store: &Store,
    bytes: &[u8],
    options: ImportOptions,
    author: &Author,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportFailure> {
    let directory = GridDirectory::new(store.read::<_, StoreError>(|reader| reader.units())?);
    let mut reading = read_ledger(bytes, &directory)?;
    store.read::<_, ImportFailure>(|reader| {
        Ok(refuse_moved(&mut reading, |code| {
            Ok(match reader.site_by_credit_code(code)? {
                Some(site) => reader.site(site)?,
                None => None,
            })
        })?)
    })?;
    let total = reading.items.len() as u64;
    if !may_write(options, &reading) {
        let tally = store.read(|reader| {
            let mut tally = Tally::default();
            for (done, item) in reading.items.iter().enumerate() {
                step(progress, WorkStep::Comparing, done, total)?;
                tally.count(&target(reader, &item.value)?, &item.value);
            }
            Ok::<_, ImportFailure>(tally)
        })?;
        return Ok(report(options, &reading, tally, false));
    }
    let tally = store.write(|writer| {
        let mut tally = Tally::default();
        for (done, Item { value: row, .. }) in reading.items.iter().enumerate() {
            step(progress, WorkStep::Writing, done, total)?;
            let target = target(writer, row)?;
            tally.count(&target, row);
            match target {
                None => writer
                    .edit_dossier(SiteId::new(), author, |_| Ok::<_, StoreError>(new_site(row, author)))?,
                Some(site) if differs(&site, row) => writer.edit_dossier(site.id, author, |before| {
                    Ok::<_, StoreError>(changes(before, row, author))
                })?,
                Some(_) => {}
            }
        }
        Ok::<_, ImportFailure>(tally)
    })?;
    Ok(report(options, &reading, tally, true))
}

fn step(progress: Progress<'_>, step: WorkStep, done: usize, total: u64) -> Result<(), ImportFailure> {
    if done.is_multiple_of(200) {
        progress(step, done as u64, total).map_err(ImportFailure::Stopped)
    } else {
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, target: &Option<SiteRow>, row: &LedgerRow) {
        match target {
            None => self.added += 1,
            Some(site) if differs(site, row) => self.changed += 1,
            Some(_) => self.unchanged += 1,
        }
    }
}

/// A site with the same credit code that stands in another village is somebody's mistake, not a move.
fn refuse_moved(
    reading: &mut Reading<LedgerRow>,
    by_credit_code: impl Fn(&str) -> Result<Option<SiteRow>, StoreError>,
) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    for item in std::mem::take(&mut reading.items) {
        let row = &item.value;
        let elsewhere = match row.credit_code.as_str() {
            "" => None,
            code => by_credit_code(code)?.filter(|site| site.row.village_code != row.village_code),
        };
        match elsewhere {
            None => kept.push(item),
            Some(site) => reading.bad.push(BadRow {
                row: item.row,
                column: Some(domain::LedgerColumn::CreditCode.zh().to_owned()),
                value: row.credit_code.clone(),
                reason: Reason::RegisteredElsewhere { village: site.row.village },
            }),
        }
    }
    reading.items = kept;
    Ok(())
}

fn target(reader: &Reader<'_>, row: &LedgerRow) -> Result<Option<SiteRow>, StoreError> {
    let by_code = match row.credit_code.as_str() {
        "" => None,
        code => reader.site_by_credit_code(code)?,
    };
    let site = match by_code {
        Some(site) => Some(site),
        None => reader.site_by_name(&row.village_code, &row.name)?,
    };
    Ok(site.map(|site| reader.site(site)).transpose()?.flatten())
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

/// Ledgers carry six decimals, which is a tenth of a metre.
fn place_differs(known: Option<LatLon>, said: Option<LatLon>) -> bool {
    let rounded = |place: LatLon| ((place.latitude() * 1e6).round(), (place.longitude() * 1e6).round());
    said.is_some_and(|said| known.map(rounded) != Some(rounded(said)))
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
    writes.extend(row.verdict.is_some().then(|| decision(row, None, author)).flatten());
    writes.extend(row.done.filter(|done| *done).map(|_| completion(row, author)));
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
    if decision_differs(&known, row) {
        writes.extend(decision(row, dossier.decision(), author));
    }
    let stated = dossier.completion();
    let same_statement = stated.is_some_and(|stated| {
        Some(stated.done) == row.done && (row.done_on.is_none() || stated.done_on == row.done_on)
    });
    // A site whose statement stands but that has an open problem is not done, and a ledger cannot make it so.
    let nothing_stated = stated.is_none() && row.done == Some(false);
    if row.done.is_some() && !same_statement && !nothing_stated {
        writes.push(completion(row, author));
    }
    writes.extend(problems(new_problems(&known.problem, row), row, author));
    writes
}

fn imported(place: LatLon) -> Position {
    Position::bare(place, Provider::Import)
}

/// The decision that the row tells, completed from the one in force where it is silent.
fn decision(row: &LedgerRow, known: Option<&Decision>, author: &Author) -> Option<DossierWrite> {
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
        at: author.at,
        by: author.person.clone(),
    }))
}

fn completion(row: &LedgerRow, author: &Author) -> DossierWrite {
    DossierWrite::AddCompletion(Completion {
        id: CompletionId::new(),
        done: row.done == Some(true),
        done_on: row.done_on,
        at: author.at,
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
        writes.push(DossierWrite::AddStageChange(StageChange {
            id: StageChangeId::new(),
            problem: id,
            stage,
            comment: String::new(),
            at: author.at,
            by: author.person.clone(),
        }));
    }
    writes
}
