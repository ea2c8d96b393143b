//! A listening engine: bound to 127.0.0.1, stopped by hand or when dropped.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;

/// How long a stopping server waits for requests that are still running.
const GRACE: Duration = Duration::from_secs(3);

/// Where servers listen on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Wherever the system has a free port.
    Free,
    /// This port and the ones after it.
    From(u16),
}

impl Ports {
    /// The next port to listen on; 0 asks the system for a free one.
    pub fn take(&mut self) -> u16 {
        match self {
            Self::Free => 0,
            Self::From(next) => {
                let port = *next;
                *next = next.saturating_add(1);
                port
            }
        }
    }
}

/// One HTTP server in this process.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on 127.0.0.1; `port` 0 takes a free one.
    pub async fn listen(port: u16) -> Result<TcpListener, Error> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| Error::Listen { port, reason: error.to_string() })
    }

    /// Serves the router until [`Server::shutdown`].
    pub fn start(listener: TcpListener, router: Router) -> Result<Self, Error> {
        Self::run(listener, |listener, stopped| async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(error = %error, "a local server ended early");
            }
        })
    }

    /// Runs any server that ends when the given future does.
    pub(crate) fn run<F>(listener: TcpListener, serve: impl FnOnce(TcpListener, Stopped) -> F) -> Result<Self, Error>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr().map_err(|error| Error::Listen { port: 0, reason: error.to_string() })?;
        let (stop, stopped) = oneshot::channel();
        let stopped: Stopped = Box::pin(async move {
            // An error means that the handle was dropped, which asks for the same.
            stopped.await.ok();
        });
        let task = tokio::spawn(serve(listener, stopped));
        Ok(Self { address, stop: Some(stop), task: Some(task) })
    }

    /// The address as a URL without a path, such as `http://127.0.0.1:3001`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Stops listening and waits a moment for requests that are still running.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(task) = self.task.take() {
            let abort = task.abort_handle();
            if tokio::time::timeout(GRACE, task).await.is_err() {
                abort.abort();
            }
        }
    }
}

/// Resolves when the server is to stop.
pub(crate) type Stopped = futures::future::BoxFuture<'static, ()>;
