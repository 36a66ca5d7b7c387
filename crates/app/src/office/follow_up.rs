//! What the office does about a dossier in which something has changed: it numbers papers, and notes and closes
//! resettlement alerts. Only the office does it, in the transaction in which it hears of the change, so that there is
//! one order for everybody.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::enforcement::HIGHEST_NUMBER;
use domain::resettlement::alert_id;
use domain::{Alert, AlertAnswer, Dossier, MatchedBy, PaperNumber, SiteId};
use store::{Author, DossierWrite, PaperSeries, PaperToNumber, StoreError, Writer};

/// Sees to what follows from changes of these dossiers.
///
/// # Errors
/// When the store fails.
pub(crate) fn follow_up(writer: &Writer<'_>, sites: &[SiteId], now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut waiting = Vec::new();
    for site in sites {
        waiting.extend(writer.papers_without_number(*site)?);
    }
    number(writer, waiting, now)?;
    for site in sites {
        for (series, doubled) in writer.doubled_numbers(*site)? {
            settle_double(writer, &series, doubled, now)?;
        }
        for other in writer.look_alikes(*site)? {
            note_alert(writer, *site, other, now)?;
        }
        share_answers(writer, *site, &office("alerts.copy", now))?;
    }
    Ok(())
}

/// The office itself: what it writes was decided by no person.
fn office(command: &'static str, at: DateTime<Utc>) -> Author {
    Author { person: String::new(), command, at }
}

/// Gives each of these papers the next number of its series, in the order in which they were written.
fn number(writer: &Writer<'_>, mut papers: Vec<PaperToNumber>, now: DateTime<Utc>) -> Result<(), StoreError> {
    papers.sort_by_key(|paper| (paper.at, paper.id, paper.site));
    papers.dedup_by_key(|paper| (paper.id, paper.site));
    let mut last: BTreeMap<PaperSeries, u64> = BTreeMap::new();
    let mut writes: BTreeMap<SiteId, Vec<DossierWrite>> = BTreeMap::new();
    for PaperToNumber { id, site, series, at: _ } in papers {
        if !writes.contains_key(&site) && writable(writer, site)?.is_none() {
            continue;
        }
        if writer.any_unreadable(Some(&series.town))? {
            tracing::error!(paper = %id, town = %series.town, "a dossier of the town cannot be read; it may have the next number");
            continue;
        }
        let before = match last.get(&series) {
            Some(last) => *last,
            None => writer.highest_number(&series)?,
        };
        if before >= HIGHEST_NUMBER {
            tracing::warn!(paper = %id, town = %series.town, "no number is left for a paper");
            continue;
        }
        let PaperSeries { town, year, step: _ } = series.clone();
        last.insert(series, before + 1);
        let number = PaperNumber { paper: id, town, year, number: before + 1, at: now };
        writes.entry(site).or_default().push(DossierWrite::NumberPaper(number));
    }
    for (site, writes) in writes {
        writer.edit_dossier::<StoreError>(site, &office("papers.number", now), |_| Ok(writes))?;
    }
    Ok(())
}

/// A number that several papers have: the office was restored from a backup of before it gave that number, gave it once
/// more, and then heard of the first from a device. The paper that had it first keeps it; the others are numbered anew.
fn settle_double(
    writer: &Writer<'_>,
    series: &PaperSeries,
    doubled: u64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut given = Vec::new();
    for (site, paper) in writer.papers_of_number(series, doubled)? {
        // Whether one that cannot be read had it first is not known.
        let Some(dossier) = readable(writer, site)? else { return Ok(()) };
        let at = dossier.number_of(paper).map(|number| number.at);
        given.push((at.unwrap_or(now), paper, site));
    }
    given.sort_unstable();
    for (_, paper, site) in given.into_iter().skip(1) {
        tracing::warn!(%paper, %site, number = doubled, "a number was given twice; this paper gets another one");
        number(writer, vec![PaperToNumber { id: paper, site, series: series.clone(), at: now }], now)?;
    }
    Ok(())
}

/// Notes in both dossiers that one site looks like the other, if it does.
fn note_alert(writer: &Writer<'_>, one: SiteId, other: SiteId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (Some(one), Some(other)) = (writable(writer, one)?, writable(writer, other)?) else { return Ok(()) };
    let (new, old, matched_by) = match (one.resettles(&other), other.resettles(&one)) {
        (Some(matched_by), _) => (one, other, matched_by),
        (None, Some(matched_by)) => (other, one, matched_by),
        (None, None) => return Ok(()),
    };
    write_alert(writer, &new, &old, true, matched_by, now)?;
    write_alert(writer, &old, &new, false, matched_by, now)
}

fn write_alert(
    writer: &Writer<'_>,
    of: &Dossier,
    other: &Dossier,
    is_new: bool,
    matched_by: MatchedBy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = if is_new { alert_id(of.id, other.id) } else { alert_id(other.id, of.id) };
    if of.alerts.iter().any(|alert| alert.id == id) {
        return Ok(());
    }
    let alert = Alert {
        id,
        other: other.id,
        other_grid: other.fields.grid.clone(),
        other_name: other.fields.name.clone(),
        is_new,
        matched_by,
        at: now,
    };
    writer.edit_dossier(of.id, &office("alerts.note", now), |_| Ok(vec![DossierWrite::AddAlert(alert)]))
}

/// Brings the answers to a site's alerts to the dossiers of the other sites, and theirs to it, as far as these are here:
/// what was answered in one town is answered in the other.
fn share_answers(writer: &Writer<'_>, site: SiteId, author: &Author) -> Result<(), StoreError> {
    for (alert, other) in writer.alerts_answered_apart(site)? {
        let (Some(here), Some(there)) = (writable(writer, site)?, writable(writer, other)?) else { continue };
        for (from, to) in [(&here, &there), (&there, &here)] {
            let is_known = |answer: &AlertAnswer| to.alert_answers.iter().any(|known| known.id == answer.id);
            let answers =
                from.alert_answers.iter().filter(|answer| answer.alert == alert && !is_known(answer));
            let writes: Vec<DossierWrite> = answers.cloned().map(DossierWrite::AddAlertAnswer).collect();
            if !writes.is_empty() {
                writer.edit_dossier::<StoreError>(to.id, author, |_| Ok(writes))?;
            }
        }
    }
    Ok(())
}

/// The dossier, unless it was written by a newer version.
fn writable(writer: &Writer<'_>, site: SiteId) -> Result<Option<Dossier>, StoreError> {
    Ok(readable(writer, site)?.filter(|dossier| !dossier.read_only))
}

/// The dossier, unless it is damaged: it holds up no other.
fn readable(writer: &Writer<'_>, site: SiteId) -> Result<Option<Dossier>, StoreError> {
    match writer.dossier(site) {
        Err(StoreError::Document(error)) => {
            tracing::error!(%site, %error, "a dossier cannot be read, and nothing follows from it");
            Ok(None)
        }
        read => read,
    }
}
