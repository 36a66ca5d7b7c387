//! Papers of the three-step enforcement.

use domain::enforcement::{OutOfOrder, check_signature, in_turn, provisional_number};
use domain::problem::in_china;
use domain::{
    Addressee, Dossier, EnforcementStep, Paper, PaperContent, PaperNumber, PaperVoid, Problem, Receipt,
};
use store::{DossierWrite, PaperRow, Reader, StoreError};
use wire::ApiError;
use wire::message::{
    ListPapers, NumberedPaper, OnePaper, PaperLine, PaperPage, PaperView, RecordPaper, VoidPaper,
};

use super::grid::path;
use super::new_photos::{Belonging, NewPhotos};
use super::place::checked as checked_position;
use super::site::{MOST_ROWS, writable};
use super::text::{Limit, clean, day, required};
use crate::app::Ask;
use crate::error::{Failure, not_found};

/// The most departments that a transfer notice goes to.
const MOST_DEPARTMENTS: usize = 20;

pub(super) fn record(app: Ask<'_>, request: RecordPaper) -> Result<OnePaper, Failure> {
    app.needs(request.content.step().permission())?;
    let request = checked(request)?;
    let RecordPaper { id, site, .. } = request;
    let author = app.author("papers.record");
    app.store.write(|writer| {
        let photos = NewPhotos::find(writer, request.draft, &request.photos)?;
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if before.papers.iter().any(|known| known.id == id) {
                // Pressed twice, or sent again: it is on record.
                return Ok(Vec::new());
            }
            photos.check(&[], before)?;
            fits(&request, before)?;
            let RecordPaper { problems, facts, content, reason, position, .. } = &request;
            let mut writes = vec![DossierWrite::AddPaper(Paper {
                id,
                addressee: Addressee::from(&before.fields),
                problems: problems.clone(),
                facts: facts.clone(),
                content: content.clone(),
                reason: reason.clone(),
                position: *position,
                at: author.at,
                by: author.person.clone(),
            })];
            writes.extend(photos.writes(&Belonging { paper: Some(id), ..Belonging::default() }, &author)?);
            Ok(writes)
        })?;
        if let Some(draft) = request.draft {
            writer.discard_draft(draft)?;
        }
        Ok(OnePaper { site, paper: id })
    })
}

/// What a form says, as it is kept.
fn checked(mut request: RecordPaper) -> Result<RecordPaper, ApiError> {
    request.facts = required("facts", &request.facts, Limit::Paragraphs)?;
    request.reason = clean("reason", &request.reason, Limit::Paragraphs)?;
    if let Some(position) = &request.position {
        checked_position("position", position)?;
    }
    for (index, problem) in request.problems.iter().enumerate() {
        if request.problems.iter().take(index).any(|other| other == problem) {
            let message = "the paper names a problem twice";
            return Err(ApiError::invalid(format!("problems.{index}"), message).because("twice"));
        }
    }
    match &mut request.content {
        PaperContent::Persuade { requirements, deadline, receipt } => {
            *requirements = required("content.requirements", requirements, Limit::Paragraphs)?;
            day("content.deadline", Some(*deadline))?;
            checked_receipt(receipt)?;
        }
        PaperContent::CutOff { measures, receipt } => {
            if measures.is_empty() {
                let message = "a record of cutting off and clearing needs at least one tick";
                return Err(ApiError::invalid("content.measures", message).because("missing"));
            }
            for (index, taken) in measures.iter().enumerate() {
                if measures.iter().take(index).any(|other| other.measure == taken.measure) {
                    let message = format!("{} is ticked twice", taken.measure);
                    let field = format!("content.measures.{index}.measure");
                    return Err(ApiError::invalid(field, message).because("twice"));
                }
                let on = in_china(taken.at).date_naive();
                day(&format!("content.measures.{index}.at"), Some(on))?;
            }
            checked_receipt(receipt)?;
        }
        PaperContent::JointEnforcement { departments, request, reply_by } => {
            if departments.is_empty() {
                let message = "a transfer notice goes to at least one department";
                return Err(ApiError::invalid("content.departments", message).because("missing"));
            }
            if departments.len() > MOST_DEPARTMENTS {
                let message = format!("a transfer notice goes to at most {MOST_DEPARTMENTS} departments");
                return Err(ApiError::invalid("content.departments", message).because("too_many"));
            }
            for (index, department) in departments.iter_mut().enumerate() {
                *department = required(&format!("content.departments.{index}"), department, Limit::Line)?;
            }
            *request = required("content.request", request, Limit::Paragraphs)?;
            day("content.reply_by", *reply_by)?;
        }
    }
    Ok(request)
}

fn checked_receipt(receipt: &mut Receipt) -> Result<(), ApiError> {
    match receipt {
        Receipt::Signed { name, strokes } => {
            *name = required("content.receipt.name", name, Limit::Line)?;
            check_signature(strokes).map_err(|fault| {
                let message = "what was drawn is no signature";
                ApiError::invalid("content.receipt.strokes", message).because(fault.as_str())
            })
        }
        Receipt::Refused { witness } => {
            *witness = required("content.receipt.witness", witness, Limit::Line)?;
            Ok(())
        }
    }
}

/// That what the paper names is on record, and that its step is taken in turn.
fn fits(request: &RecordPaper, before: &Dossier) -> Result<(), ApiError> {
    for (index, problem) in request.problems.iter().enumerate() {
        if !before.problems.iter().any(|known| known.id == *problem) {
            let message = "the paper is about a problem that is not in this dossier";
            return Err(ApiError::invalid(format!("problems.{index}"), message).because("not_of_this_site"));
        }
    }
    if let PaperContent::CutOff { measures, .. } = &request.content {
        for (index, photo) in
            measures.iter().enumerate().filter_map(|(n, taken)| Some((n, taken.photo.as_ref()?)))
        {
            let is_shown = request.photos.iter().any(|shown| shown.hash == *photo)
                || before.photos.iter().any(|shown| shown.hash == *photo);
            if !is_shown {
                let message = "the photo of a tick is neither in this record nor in the dossier";
                let field = format!("content.measures.{index}.photo");
                return Err(ApiError::invalid(field, message).because("unknown_photo"));
            }
        }
    }
    let step = request.content.step();
    in_turn(step, &before.steps_taken(), &request.reason).map_err(|OutOfOrder::NeedsReason(skipped)| {
        let message = format!("{step} before {skipped} needs a reason");
        ApiError::invalid("reason", message).because("needs_reason")
    })
}

pub(super) fn get(app: Ask<'_>, request: OnePaper) -> Result<PaperView, Failure> {
    let OnePaper { site, paper } = request;
    app.store.read(|reader| {
        let dossier = reader.dossier(site)?.ok_or_else(|| not_found("site"))?;
        let paper =
            dossier.papers.iter().find(|known| known.id == paper).ok_or_else(|| not_found("paper"))?;
        let path = path(reader, &dossier.fields.grid)?;
        let addressee = paper.addressee.clone();
        let is_about = |problem: &&Problem| paper.problems.contains(&problem.id);
        Ok(PaperView {
            paper: numbered(reader, &dossier, paper)?,
            site,
            problems: dossier.problems.iter().filter(is_about).cloned().collect(),
            fields: addressee.over(dossier.fields),
            path,
        })
    })
}

pub(super) fn list(app: Ask<'_>, request: ListPapers) -> Result<PaperPage, Failure> {
    let ListPapers { grid, step, year, after, limit } = request;
    app.store.read(|reader| {
        let limit = limit.clamp(1, MOST_ROWS);
        let page = reader.papers(grid.as_ref(), step, year, after.as_deref(), limit)?;
        Ok(PaperPage { papers: page.papers.into_iter().map(line).collect(), next: page.next })
    })
}

fn line(row: PaperRow) -> PaperLine {
    let PaperRow {
        id,
        site,
        site_name,
        grid,
        town,
        village,
        step,
        year,
        number,
        deadline,
        refused,
        void,
        at,
        by,
    } = row;
    let number_text = match number {
        Some(number) => in_words(&town, step, year, number),
        None => provisional_number(id),
    };
    let numbered = number.is_some();
    PaperLine {
        paper: id,
        site,
        site_name,
        grid,
        village,
        step,
        number_text,
        numbered,
        deadline,
        refused,
        void,
        at,
        by,
    }
}

pub(super) fn void(app: Ask<'_>, request: VoidPaper) -> Result<OnePaper, Failure> {
    let VoidPaper { id, site, paper, reason } = request;
    let reason = required("reason", &reason, Limit::Paragraphs)?;
    let author = app.author("papers.void");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if !before.papers.iter().any(|known| known.id == paper) {
                return Err(not_found("paper").into());
            }
            if before.void_of(paper).is_some() {
                return Ok(Vec::new());
            }
            let (at, by) = (author.at, author.person.clone());
            Ok(vec![DossierWrite::AddPaperVoid(PaperVoid { id, paper, reason, at, by })])
        })?;
        Ok(OnePaper { site, paper })
    })
}

/// A paper with its number in words, or what stands in its place.
pub(super) fn numbered(
    reader: &Reader<'_>,
    dossier: &Dossier,
    paper: &Paper,
) -> Result<NumberedPaper, StoreError> {
    let number = dossier.number_of(paper.id).cloned();
    let number_text = match &number {
        // Its town, which need not be where the site is by now.
        Some(PaperNumber { town, year, number, .. }) => {
            in_words(&reader.grid_names(town)?.town, paper.content.step(), *year, *number)
        }
        None => paper.provisional_number(),
    };
    Ok(NumberedPaper { paper: paper.clone(), number, number_text, void: dossier.void_of(paper.id).cloned() })
}

/// A number in words: the town, the series, the year and the number.
fn in_words(town: &str, step: EnforcementStep, year: i32, number: u64) -> String {
    format!("{town}{}〔{year}〕{number}号", step.series())
}
