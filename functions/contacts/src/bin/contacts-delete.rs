//! The Lambda function of its route.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), app::host::StartError> {
    app::host::lambda(contacts::delete::route()).await
}
