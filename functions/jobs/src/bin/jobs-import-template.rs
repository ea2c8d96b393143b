//! The Lambda function of its route.

#[tokio::main]
async fn main() -> Result<(), app::host::StartError> {
    app::host::lambda(jobs::import_template::route()).await
}
