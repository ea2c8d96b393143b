//! The house stands as it was planned: arrows between crates go one way, and a route's path, file, binary, template resource and
//! description agree.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::Route;
use engines::{Caller, Template};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The areas, each a crate under `functions`.
const AREAS: [&str; 6] = ["console", "contacts", "jobs", "mail", "portal", "team"];
/// What serves pages that hold no data.
const PAGES: [&str; 1] = ["console-page"];
/// What runs on an event instead of a request: binaries without a route.
const EVENTS: [&str; 4] = ["jobs-sweep", "jobs-work", "mail-event", "mail-send"];
/// What exists for laptops and tests and must never be in a function.
const NEVER_DEPLOYED: [&str; 7] = ["engines", "local", "testing", "dynoxide-rs", "s3s", "s3s-fs", "mail-parser"];
/// No file is longer, tests included.
const MAX_LINES: usize = 400;

#[test]
fn arrows_go_from_areas_to_app_to_domain_and_nowhere_else() {
    let of = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let packages = packages();
    let ours: BTreeSet<String> = packages.keys().cloned().collect();
    let allowed = AREAS.map(|area| (area, of(&["app", "domain"])));
    for (name, allowed) in allowed.into_iter().chain([("domain", of(&[])), ("app", of(&["domain"])), ("engines", of(&[]))]) {
        let used: BTreeSet<String> = dependencies(&packages[name]).intersection(&ours).cloned().collect();
        assert!(used.is_subset(&allowed), "{name} uses {used:?}, and may only use {allowed:?}");
    }
}

#[test]
fn a_function_never_links_what_stands_in_for_aws() {
    let packages = packages();
    for name in AREAS.into_iter().chain(["app", "domain"]) {
        let used = dependencies(&packages[name]);
        let stray: Vec<_> = NEVER_DEPLOYED.iter().filter(|never| used.contains(**never)).collect();
        assert!(stray.is_empty(), "{name} is deployed and uses {stray:?}");
    }
}

#[test]
fn each_binary_is_a_few_lines_around_the_file_of_its_name() {
    let packages = packages();
    let routes = routes().into_iter().map(|route| route.name.to_owned());
    assert_eq!(routes.chain(EVENTS.map(str::to_owned)).collect::<BTreeSet<_>>(), binaries().into_keys().collect());
    for (name, area) in binaries() {
        let target = packages[&area]["targets"].as_array().into_iter().flatten().find(|target| target["name"] == name);
        let target = target.unwrap_or_else(|| panic!("functions/{area}/Cargo.toml has no [[bin]] named {name}"));
        assert_eq!(target["test"], false, "the [[bin]] {name} needs test = false: it has no tests, and linking it takes time");
        let bin = read(&format!("functions/{area}/src/bin/{name}.rs"));
        assert!(bin.lines().count() <= 8, "{name}.rs does more than start its route");
        let module = name.strip_prefix(&format!("{area}-")).unwrap().replace('-', "_");
        let started =
            if EVENTS.contains(&name.as_str()) { format!("event({area}::{module}::handle)") } else { format!("lambda({area}::{module}::route())") };
        assert!(bin.contains(&started), "{name}.rs does not start {started}");
        let file = read(&format!("functions/{area}/src/{module}.rs"));
        let says = ["Route::page", "Route::portal", "route!"].map(|start| format!("{start}(\"{name}\""));
        assert!(EVENTS.contains(&name.as_str()) || says.iter().any(|says| file.contains(says)), "{module}.rs of {area} does not say {says:?}");
    }
}

#[test]
fn the_template_has_each_route_with_its_method_path_and_caller() {
    let template = Template::read(&root()).unwrap();
    let deployed: BTreeSet<_> = template.routes.iter().map(|route| (route.function.clone(), route.method.clone(), route.path.clone())).collect();
    let endpoints =
        |route: &Route| route.endpoints().into_iter().map(|(method, path)| (route.name.to_owned(), method.to_string(), path)).collect::<Vec<_>>();
    assert_eq!(deployed, routes().iter().flat_map(endpoints).collect());
    let (all_pages, operations): (Vec<_>, Vec<_>) = routes().into_iter().partition(|route| route.description().is_none());
    let (portal, pages): (Vec<_>, Vec<_>) = all_pages.into_iter().partition(|page| page.name.starts_with("portal-"));
    assert_eq!(pages.iter().map(|page| page.name).collect::<Vec<_>>(), PAGES, "whatever is no page is described");
    assert!(portal.iter().all(|page| page.path.starts_with("/portal/")), "the portal is everything below /portal");
    assert!(template.routes.iter().all(|route| !route.path.starts_with("/portal/") || route.caller == Caller::Anyone), "contacts have no tokens");
    assert!(operations.iter().all(|route| route.path.starts_with("/v1/")), "the API is everything below /v1");
    assert!(pages.iter().flat_map(Route::endpoints).all(|(_, path)| path == "/app" || path.starts_with("/app/")), "the App is everything below /app");
    let public = template.routes.iter().filter(|route| route.caller == Caller::Anyone && route.path.starts_with("/v1/"));
    let public: Vec<_> = public.map(|route| route.path.as_str()).collect();
    assert_eq!(public, ["/v1/openapi.json"], "only the description is for everybody");
    let says_open = |route: &Route| route.description().is_some_and(|description| description.operation.security.is_some());
    let open: Vec<_> = operations.into_iter().filter(says_open).map(|route| route.path).collect();
    assert_eq!(open, public, "what the template opens is what the routes say with security(())");
    assert!(template.routes.iter().all(|route| !PAGES.contains(&route.function.as_str()) || route.caller == Caller::Anyone), "pages hold no data");
    let wanted = Caller::Member { scopes: vec!["kdesk".to_owned()] };
    assert!(template.routes.iter().all(|route| route.caller == Caller::Anyone || route.caller == wanted));
}

#[tokio::test]
async fn every_answer_of_the_api_is_guarded() {
    let test = testing::TestApp::start().await;
    for route in routes().into_iter().filter(|route| route.description().is_some()) {
        let name = route.name;
        let answer = test.call(route, testing::Call::get("/v1/nothing")).await;
        assert!(answer.header("strict-transport-security").contains("includeSubDomains"), "{name}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{name}");
        assert_eq!(
            (answer.header("x-content-type-options"), answer.header("cache-control")),
            ("nosniff".to_owned(), "no-store".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn functions_are_linked_alike() {
    let of = |area: &str| read(&format!("functions/{area}/build.rs"));
    assert!(AREAS.iter().all(|area| of(area) == of(AREAS[0]) && of(area).contains("-no-pie")));
}

#[test]
fn the_template_builds_each_binary_into_the_function_of_its_name() {
    let functions: BTreeMap<String, Value> =
        resources("template.yaml").into_iter().filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function").collect();
    let names: BTreeMap<String, String> = binaries().into_keys().map(|name| (resource(&name), name)).collect();
    assert_eq!(functions.keys().collect::<Vec<_>>(), names.keys().collect::<Vec<_>>());
    for (resource, function) in functions {
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{resource}");
        assert_eq!(function["Metadata"]["BuildProperties"]["Binary"], *names[&resource], "{resource}");
    }
    let template = Template::read(&root()).unwrap();
    assert_eq!(template.schedule("sweep").map(|schedule| schedule.function.as_str()), Some("jobs-sweep"));
}

#[test]
fn no_function_may_do_everything_or_do_it_to_everything() {
    for file in templates() {
        for (name, statement) in
            resources(&file).into_iter().flat_map(|(name, resource)| statements(&resource).into_iter().map(move |one| (name.clone(), one)))
        {
            if statement["Effect"] != "Allow" {
                continue;
            }
            let actions = texts(&statement["Action"]);
            assert!(!actions.is_empty() && actions.iter().all(|action| !action.contains('*')), "{name} in {file} may do {actions:?}");
            assert!(!actions.iter().any(|action| action == "dynamodb:Scan"), "{name} in {file} may scan, which would cross teams");
            assert!(texts(&statement["Resource"]).iter().all(|resource| resource != "*"), "{name} in {file} may do {actions:?} to everything");
        }
    }
}

#[test]
fn a_function_that_holds_a_secret_gets_a_changed_one() {
    // CloudFormation reads a secret again only when something else of the function that holds it changes.
    let mut resolved = 0;
    for (name, function) in resources("template.yaml") {
        let variables = &function["Properties"]["Environment"]["Variables"];
        let secrets = variables.to_string().matches("{{resolve:").count();
        assert_eq!(secrets > 0, variables["SECRETS_VERSION"] == "SecretsVersion", "{name} has {secrets} secrets");
        resolved += secrets;
    }
    assert!(resolved > 0);
    assert_eq!(templates().iter().map(|file| read(file).matches("{{resolve:").count()).sum::<usize>(), resolved, "a secret is resolved elsewhere");
}

#[test]
fn a_page_reaches_neither_the_table_nor_the_bucket() {
    for page in PAGES {
        let function = &resources("template.yaml")[&resource(page)];
        assert!(function["Properties"]["Policies"].is_null(), "{page} has rights, and needs none");
    }
}

#[test]
fn the_description_that_is_served_is_the_one_of_the_routes() {
    let file = root().join("functions/team/openapi.json");
    let described = serde_json::to_string_pretty(&app::openapi::describe(&routes())).unwrap();
    if std::env::var_os("KDESK_WRITE").is_some_and(|value| value == "1") {
        fs::write(&file, &described).unwrap();
    }
    let served = fs::read_to_string(&file).unwrap_or_default();
    assert!(served == described, "functions/team/openapi.json is not what the routes say; run this test with KDESK_WRITE=1 to write it");
}

#[test]
fn every_source_file_says_what_it_is_for_and_stays_short() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} does not begin with //!", path.display());
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines, more than {MAX_LINES}", path.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Written in two halves, so that this file is not what it looks for.
    let unfinished = [concat!("to", "do!("), concat!("unimplemented", "!("), concat!("#[", "ignore")];
    for (path, text) in sources() {
        let found: Vec<_> = unfinished.iter().filter(|mark| text.contains(**mark)).collect();
        assert!(found.is_empty(), "{} has {found:?}", path.display());
    }
}

/// All routes of all areas.
fn routes() -> Vec<Route> {
    [console::routes(), contacts::routes(), jobs::routes(), mail::routes(), portal::routes(), team::routes()].into_iter().flatten().collect()
}

/// Every file `functions/<area>/src/bin/<name>.rs`: its name and its area.
fn binaries() -> BTreeMap<String, String> {
    let in_area = |area: &str| fs::read_dir(root().join("functions").join(area).join("src/bin")).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    AREAS.iter().flat_map(|area| in_area(area).map(|path| (name(&path), (*area).to_owned()))).collect()
}

/// The template's resource of a binary: `contacts-create` as `ContactsCreateFunction`.
fn resource(binary: &str) -> String {
    let pascal = |word: &str| word[..1].to_uppercase() + &word[1..];
    binary.split('-').map(pascal).collect::<String>() + "Function"
}

/// The workspace's packages as Cargo reads their manifests.
/// See <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>.
fn packages() -> BTreeMap<String, Value> {
    let cargo =
        Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root()).output().unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    metadata["packages"].as_array().into_iter().flatten().map(|package| (package["name"].as_str().unwrap().to_owned(), package.clone())).collect()
}

/// What a package is built from; what only its tests need is not part of it.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().into_iter().flatten();
    all.filter(|dependency| dependency["kind"] != "dev").map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

/// The main template and its nested stacks.
fn templates() -> Vec<String> {
    let nested = fs::read_dir(root().join("infra")).unwrap().map(|entry| format!("infra/{}", entry.unwrap().file_name().to_string_lossy()));
    nested.filter(|file| Path::new(file).extension().is_some_and(|ending| ending == "yaml")).chain(["template.yaml".to_owned()]).collect()
}

fn resources(file: &str) -> BTreeMap<String, Value> {
    let template: Value = serde_saphyr::from_str(&read(file)).unwrap();
    template["Resources"].as_object().unwrap().iter().map(|(name, resource)| (name.clone(), resource.clone())).collect()
}

/// Every statement of every policy in a resource, however deep it lies.
fn statements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(statements).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| match (name.as_str(), member) {
                ("Statement", Value::Array(found)) => found.clone(),
                _ => statements(member),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Every Rust file of the workspace, by its path from the root.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = ["shared", "functions", "infra", "tests"].map(|folder| root().join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.strip_prefix(root()).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|problem| panic!("{file}: {problem}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
