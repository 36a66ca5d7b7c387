//! Writing the tables that screens query from the documents, one document or all.

mod dossier;
mod rebuild;
mod units;
