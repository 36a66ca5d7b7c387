//! What was found out about a resettlement alert.

use domain::{AlertAnswer, Dossier};
use store::DossierWrite;
use wire::message::{AnswerAlert, OneSite};

use super::site::writable;
use super::text::{Limit, clean, required};
use crate::app::Ask;
use crate::error::{Failure, not_found};

/// Answers an alert in the dossier that it is looked at in, and in that of the other site if that is here. Otherwise the
/// office copies it there.
pub(super) fn answer(app: Ask<'_>, request: AnswerAlert) -> Result<OneSite, Failure> {
    let AnswerAlert { id, site, alert, confirmed, comment } = request;
    // That it is the same workshop speaks for itself. That it is not has to be explained: nobody looks at it again.
    let comment = if confirmed {
        clean("comment", &comment, Limit::Paragraphs)?
    } else {
        required("comment", &comment, Limit::Paragraphs)?
    };
    let author = app.author("alerts.answer");
    let (at, by) = (author.at, author.person.clone());
    let answer = AlertAnswer { id, alert, confirmed, comment, at, by };
    app.store.write(|writer| {
        let mut other = None;
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            app.within(&before.fields.grid)?;
            let known = before.alerts.iter().find(|known| known.id == alert);
            other = Some(known.ok_or_else(|| not_found("alert"))?.other);
            Ok(unless_known(before, &answer))
        })?;
        let other = other.filter(|_| app.store.role() == store::Role::Device);
        let other = other.map(|other| writer.dossier(other)).transpose()?.flatten();
        let may_write = |there: &Dossier| !there.read_only && app.within(&there.fields.grid).is_ok();
        let alerted = |there: &Dossier| there.alerts.iter().any(|known| known.id == alert);
        if let Some(there) = other.filter(|there| may_write(there) && alerted(there)) {
            app.edit_dossier(writer, there.id, &author, |_| Ok(unless_known(&there, &answer)))?;
        }
        Ok(OneSite { site })
    })
}

fn unless_known(before: &Dossier, answer: &AlertAnswer) -> Vec<DossierWrite> {
    if before.alert_answers.iter().any(|known| known.id == answer.id) {
        Vec::new()
    } else {
        vec![DossierWrite::AddAlertAnswer(answer.clone())]
    }
}
