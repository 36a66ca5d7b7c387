//! Cases that departments filed against a site.

use domain::Case;
use store::DossierWrite;
use wire::ApiError;
use wire::message::{OneSite, RecordCase};

use super::site::writable;
use super::text::{Limit, day, required};
use crate::app::Ask;
use crate::error::Failure;

/// The highest fine, in yuan. What is more was typed wrongly, and would make nonsense of every sum.
const HIGHEST_FINE: u64 = 1_000_000_000_000;

pub(super) fn record(app: Ask<'_>, request: RecordCase) -> Result<OneSite, Failure> {
    let RecordCase { id, site, number, department, filed_on, fine_yuan, task } = request;
    let number = required("number", &number, Limit::Line)?;
    let department = required("department", &department, Limit::Line)?;
    day("filed_on", Some(filed_on))?;
    if fine_yuan > HIGHEST_FINE {
        let message = format!("a fine of {fine_yuan} yuan is more than {HIGHEST_FINE}");
        return Err(ApiError::invalid("fine_yuan", message).because("fine_too_high").into());
    }
    let author = app.author("cases.record");
    app.store.write(|writer| {
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            if before.cases.iter().any(|known| known.id == id) {
                return Ok(Vec::new());
            }
            let (at, by) = (author.at, author.person.clone());
            let case = Case { id, number, department, filed_on, fine_yuan, task, at, by };
            Ok(vec![DossierWrite::AddCase(case)])
        })?;
        Ok(OneSite { site })
    })
}
