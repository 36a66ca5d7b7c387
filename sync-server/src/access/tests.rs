//! Codes, sessions, tokens, and what became of lists that older versions wrote.

use chrono::{Duration, Utc};
use domain::{Role, Scope};
use rusqlite::params;

use super::*;

fn village() -> Scope {
    Scope::new(vec!["350211102207".parse().unwrap()])
}

#[test]
fn a_code_opens_the_console_once_and_not_after_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let admin = access.first_admin(now).unwrap();
    assert_eq!((admin.role, &admin.scope), (Role::Admin, &None));
    assert_eq!(access.first_admin(now).unwrap(), admin, "only one is made");
    let code = access.new_sign_in_code(admin.id, now).unwrap();
    assert_eq!(access.sign_in("guess", now).unwrap(), None);
    let session = access.sign_in(&code, now).unwrap().unwrap();
    assert_eq!(access.sign_in(&code, now).unwrap(), None);
    assert_eq!(access.session(&session, now).unwrap(), Some(admin.clone()));
    assert_eq!(access.session(&session, now + Duration::hours(13)).unwrap(), None);
    access.sign_out(&session).unwrap();
    assert_eq!(access.session(&session, now).unwrap(), None);
    let late = access.new_sign_in_code(admin.id, now).unwrap();
    assert_eq!(access.sign_in(&late, now + Duration::hours(25)).unwrap(), None);
}

#[test]
fn a_device_is_known_by_its_token_and_the_token_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let town = Scope::new(vec!["350211102".parse().unwrap()]);
    let person = access.add_person("阿华", Role::Inspector, Some(town.clone()), Utc::now()).unwrap();
    let token = access.add_device("阿华的手机", person.id, Some(&village()), Utc::now()).unwrap();
    assert_eq!(access.device(&token).unwrap().unwrap().scope, Some(village()));
    let other = access.add_device("平板", person.id, None, Utc::now()).unwrap();
    assert_eq!(access.device(&other).unwrap().unwrap().scope, Some(town));
    assert_eq!(access.device("vl_guess").unwrap(), None);
    let elsewhere = Scope::new(vec!["350211103".parse().unwrap()]);
    let change = PersonChange { scope: Some(elsewhere), ..PersonChange::default() };
    access.change_person(person.id, change).unwrap();
    assert_eq!(
        access.device(&token).unwrap().unwrap().scope,
        Some(Scope::default()),
        "nothing is left of it"
    );
    drop(access);
    let bytes = std::fs::read(folder.path().join("access.sqlite")).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
}

#[test]
fn whoever_is_removed_is_let_in_no_more_and_a_name_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access::open(folder.path()).unwrap();
    let now = Utc::now();
    let lin = access.add_person("小林", Role::Inspector, Some(village()), now).unwrap();
    assert!(matches!(
        access.add_person("小林", Role::Lead, None, now),
        Err(AccessError::NameTaken(name)) if name == "小林"
    ));
    let token = access.add_device("手机", lin.id, None, now).unwrap();
    let session = access.sign_in(&access.new_sign_in_code(lin.id, now).unwrap(), now).unwrap().unwrap();
    let change =
        PersonChange { name: Some("林志燕".into()), role: Some(Role::Lead), ..PersonChange::default() };
    access.change_person(lin.id, change).unwrap();
    assert_eq!(access.session(&session, now).unwrap().unwrap().role, Role::Lead);
    assert_eq!(access.device(&token).unwrap().unwrap().names, ["小林", "林志燕"]);
    access.remove_person(lin.id, now).unwrap();
    assert_eq!(access.session(&session, now).unwrap(), None);
    assert_eq!(access.device(&token).unwrap(), None);
    assert_eq!(access.people().unwrap(), []);
    access.add_person("林志燕", Role::Viewer, None, now).unwrap();
}

#[test]
fn devices_of_an_older_version_go_on_as_inspectors() {
    let folder = tempfile::tempdir().unwrap();
    let token = |number: u8| format!("vl_old{number}");
    {
        let mut connection = Connection::open(folder.path().join("access.sqlite")).unwrap();
        Migrations::from_slice(&MIGRATIONS[..1]).to_latest(&mut connection).unwrap();
        for (number, name) in [(1_u8, "手机"), (2, "手机"), (3, "平板")] {
            let device = params![[number; 16], name, "350211102207,350211103", hash(&token(number)), number];
            connection.execute("INSERT INTO device VALUES (?1, ?2, ?3, ?4, ?5)", device).unwrap();
        }
        connection.execute("INSERT INTO session VALUES (x'00', 9000000000000)", []).unwrap();
    }
    let access = Access::open(folder.path()).unwrap();
    let names: Vec<String> = access.people().unwrap().into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["手机", "手机 2", "平板"]);
    let device = access.device(&token(2)).unwrap().unwrap();
    assert_eq!((device.name.as_str(), device.person.name.as_str()), ("手机", "手机 2"));
    assert_eq!(device.person.role, Role::Inspector);
    let codes = device.scope.unwrap();
    assert_eq!(codes.codes().len(), 2);
    let sessions: u64 =
        access.connection().unwrap().query_row("SELECT count(*) FROM session", [], |row| row.get(0)).unwrap();
    assert_eq!(sessions, 0);
}
