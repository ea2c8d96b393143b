//! Links this area's functions at a fixed address: moving tens of thousands of pointers at each start was a third of a cold start.

#![expect(clippy::disallowed_methods, reason = "this is how a build script talks with Cargo")]

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
