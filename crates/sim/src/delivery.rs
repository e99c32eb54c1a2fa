//! An answer on its way back: it arrives whole, breaks off, or never arrives.

use bytes::Bytes;
use http::Response;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What the client receives.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// An answer.
    Whole(Response<Bytes>),
    /// An answer whose connection breaks in the middle of the body.
    Truncated(Response<Bytes>),
    /// A connection that is closed without an answer.
    Reset,
}

/// A body that announces its full length, and may break off half way.
#[derive(Debug)]
pub(crate) struct Content {
    length: u64,
    rest: Option<Bytes>,
    breaks: bool,
}

impl Delivery {
    /// The answer with its body, or the error that a client sees instead.
    pub(crate) fn into_response(self) -> io::Result<Response<Content>> {
        match self {
            Self::Whole(response) => Ok(response.map(|body| Content::new(body, false))),
            Self::Truncated(response) => Ok(response.map(|body| Content::new(body, true))),
            Self::Reset => Err(broken()),
        }
    }
}

impl Content {
    fn new(mut body: Bytes, breaks: bool) -> Self {
        let length = body.len() as u64;
        if breaks {
            body.truncate(body.len() / 2);
        }
        Self { length, rest: Some(body), breaks }
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the simulated network broke")
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.rest.take() {
            Some(rest) if !rest.is_empty() => Poll::Ready(Some(Ok(Frame::data(rest)))),
            _ if self.breaks => {
                self.breaks = false;
                Poll::Ready(Some(Err(broken())))
            }
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.breaks && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        if self.breaks || self.rest.is_some() { SizeHint::with_exact(self.length) } else { SizeHint::with_exact(0) }
    }
}
