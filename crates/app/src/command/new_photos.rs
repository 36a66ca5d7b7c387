//! The photos of a form on their way into a dossier, whatever the form: a visit, a step of a problem, a paper.

use std::collections::HashMap;

use domain::{Dossier, InspectionId, PaperId, PhotoHash, PhotoId, PhotoReference, ProblemId, StageChangeId};
use store::{Author, DossierWrite, Writer};
use uuid::Uuid;
use wire::ApiError;
use wire::message::{AttachedPhoto, NewPhoto};

use super::draft::photos;
use crate::error::{Failure, not_found};
use crate::photo::intake::bare;

/// The most photos that one form can have.
pub(super) const MOST_PHOTOS: usize = 200;

/// The photos of a form, with what each said of itself.
pub(super) struct NewPhotos<'a> {
    named: &'a [NewPhoto],
    known: HashMap<PhotoHash, AttachedPhoto>,
}

/// What the photos of a form belong to.
#[derive(Default)]
pub(super) struct Belonging {
    pub inspection: Option<InspectionId>,
    pub stage_change: Option<StageChangeId>,
    pub paper: Option<PaperId>,
}

impl<'a> NewPhotos<'a> {
    /// Finds the photos of a form; each must be on this replica.
    pub fn find(writer: &Writer<'_>, draft: Option<Uuid>, named: &'a [NewPhoto]) -> Result<Self, Failure> {
        if named.len() > MOST_PHOTOS {
            let message = format!("one form can have at most {MOST_PHOTOS} photos");
            return Err(ApiError::invalid("photos", message).because("too_many").into());
        }
        let mut known = HashMap::new();
        for photo in draft.map(|draft| photos(writer, draft)).transpose()?.into_iter().flatten() {
            known.insert(photo.hash.clone(), photo);
        }
        for NewPhoto { hash, .. } in named {
            let file = writer.photo_file(hash)?.ok_or_else(|| not_found("photo"))?;
            known.entry(hash.clone()).or_insert_with(|| bare(hash, file.bytes));
        }
        Ok(Self { named, known })
    }

    /// Checks what the photos name: problems of this form (`found`) or of the dossier, and photos of either.
    pub fn check(&self, found: &[ProblemId], before: &Dossier) -> Result<(), ApiError> {
        for (index, photo) in self.named.iter().enumerate() {
            let NewPhoto { hash, problem, rectified: _, sketch_of, compare_with } = photo;
            let field = |name: &str| format!("photos.{index}.{name}");
            let is_known =
                |problem| found.contains(&problem) || before.problems.iter().any(|other| other.id == problem);
            if problem.is_some_and(|problem| !is_known(problem)) {
                let message = "the photo shows a problem that is neither in this record nor in the dossier";
                return Err(ApiError::invalid(field("problem"), message).because("unknown_problem"));
            }
            let is_shown = |named: &PhotoHash| {
                self.named.iter().any(|other| other.hash == *named)
                    || before.photos.iter().any(|other| other.hash == *named)
            };
            for (name, named) in [("sketch_of", sketch_of), ("compare_with", compare_with)] {
                if named.as_ref().is_some_and(|named| !is_shown(named)) {
                    let message =
                        "the photo names another one that is neither in this record nor in the dossier";
                    return Err(ApiError::invalid(field(name), message).because("unknown_photo"));
                }
                if named.as_ref() == Some(hash) {
                    return Err(
                        ApiError::invalid(field(name), "the photo names itself").because("same_photo")
                    );
                }
            }
        }
        Ok(())
    }

    /// The references that go into the dossier.
    pub fn references(&self, of: &Belonging, author: &Author) -> Result<Vec<PhotoReference>, ApiError> {
        self.named
            .iter()
            .map(|named| {
                let NewPhoto { hash, problem, rectified, sketch_of, compare_with } = named;
                let photo = self.known.get(hash).ok_or_else(|| not_found("photo"))?;
                Ok(PhotoReference {
                    inspection: of.inspection,
                    problem: *problem,
                    stage_change: of.stage_change,
                    paper: of.paper,
                    rectified: *rectified,
                    sketch_of: sketch_of.clone(),
                    compare_with: compare_with.clone(),
                    taken_at: photo.taken_at,
                    position: photo.position,
                    direction_deg: photo.direction_deg,
                    camera: photo.camera.clone(),
                    ..PhotoReference::new(
                        PhotoId::new(),
                        hash.clone(),
                        photo.bytes,
                        author.at,
                        author.person.clone(),
                    )
                })
            })
            .collect()
    }

    /// The writes that put them on record.
    pub fn writes(&self, of: &Belonging, author: &Author) -> Result<Vec<DossierWrite>, ApiError> {
        Ok(self.references(of, author)?.into_iter().map(DossierWrite::AddPhoto).collect())
    }
}
