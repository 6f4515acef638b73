//! The dev server from outside: raw sockets and WebSockets against a project that exists only here.

mod access_policy;
mod audio;
mod authority;
mod examples;
mod harness;
mod limits;
mod methods;
mod notifications;
mod opening;
mod port;
mod project;
mod slow;
