//! The dev server from outside: raw sockets and WebSockets against a fake project.

mod access_policy;
mod audio;
mod authority;
mod examples;
mod harness;
mod history;
mod limits;
mod methods;
mod notifications;
mod opening;
mod port;
mod presets;
mod project;
mod sets;
mod slow;
