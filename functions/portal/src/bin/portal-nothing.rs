//! The Lambda function of its route.

#[tokio::main]
async fn main() -> Result<(), app::host::StartError> {
    app::host::lambda(portal::nothing::route()).await
}
