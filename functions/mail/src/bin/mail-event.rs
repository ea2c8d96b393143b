//! The Lambda function of its event.

#[tokio::main]
async fn main() -> Result<(), app::host::StartError> {
    app::host::event(mail::event::handle).await
}
