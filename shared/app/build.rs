//! Links the example `hello`, which cold starts are compared with, as the functions are linked.

#![expect(clippy::disallowed_methods, reason = "this is how a build script talks with Cargo")]

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-examples=-no-pie");
    }
}
