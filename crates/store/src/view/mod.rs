//! Writing the tables that screens query from the documents, one document or all.

mod closed_loop;
mod dossier;
mod rebuild;
mod task;
mod units;

#[cfg(test)]
pub(crate) use rebuild::VIEWS;
