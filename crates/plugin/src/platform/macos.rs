//! The plugin's page in the system's webview, `WKWebView`.
//!
//! * **Thread**: hosts open, resize and close windows on the main thread, and WebKit calls back there. What is Objective-C's
//!   is bound to it, so a call from elsewhere finds nothing instead of racing.
//! * **Ownership**: the window owns the view, its delegate and the page. WebKit may keep the delegate longer than the window;
//!   it leads to the page by an instance variable, which the window empties when it goes.
//! * **The delegate's class** is made at run time under a name of its own. A Mac has one list of classes for a process, hosts load
//!   many plugins of this SDK, and each must call its own code: a name that is known at compile time would be the first one's.
//! * **The page** loads what is embedded and nothing else: by the policy, by the scheme, which only the delegate serves, and by
//!   the delegate's answer to every navigation. Without a UI delegate WebKit opens no windows. Nothing is kept on the disk.
#![expect(unsafe_code, reason = "WebKit is Objective-C")]

use std::error::Error;
use std::ffi::{CString, c_void};
use std::fmt;
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use block2::{DynBlock, RcBlock};
use dispatch2::MainThreadBound;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, HostMethods, SpawnedEditor};
use nice_plug::prelude::{Editor, ParentWindowHandle, ResizeHint};
use objc2::rc::{Retained, Weak};
use objc2::runtime::{AnyClass, AnyObject, ClassBuilder, NSObject, ProtocolObject, Sel};
use objc2::{AnyThread, ClassType, MainThreadMarker, MainThreadOnly, ProtocolType, msg_send, sel};
use objc2_app_kit::{NSAutoresizingMaskOptions, NSView};
use objc2_foundation::{
    NSData, NSDictionary, NSError, NSHTTPURLResponse, NSPoint, NSRect, NSSize, NSString, NSURL, NSURLRequest,
    ns_string,
};
use objc2_web_kit::{
    WKNavigationAction, WKNavigationActionPolicy, WKNavigationDelegate, WKScriptMessage,
    WKScriptMessageHandler, WKURLSchemeHandler, WKURLSchemeTask, WKUserScript, WKUserScriptInjectionTime,
    WKWebView, WKWebViewConfiguration, WKWebsiteDataStore,
};

use crate::page::{MAX_MESSAGE_BYTES, Page, Shown, WindowSize};
use crate::parameters::Parameters;

/// The scheme of the page's address, which [`Page::POLICY`] names.
const SCHEME: &str = "wavecraft";
const START: &str = "wavecraft://page/index.html";

/// Opens windows with the page.
pub struct PageEditor {
    shown: Shown,
}

/// The editor, if a page is embedded.
pub(crate) fn editor(shown: Shown) -> Option<PageEditor> {
    Page::file("/index.html")?;
    Some(PageEditor { shown })
}

/// Of a window: its host moves it in its own.
fn rect(parameters: &Parameters) -> NSRect {
    let (width, height) = parameters.window.now();
    NSRect::new(NSPoint::ZERO, NSSize::new(f64::from(width), f64::from(height)))
}

impl Editor for PageEditor {
    type Handle = Window;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        _: bool,
        _: Option<f64>,
        host: GuiContext,
        _: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Window>, Box<dyn Error>> {
        let main = MainThreadMarker::new().ok_or(NoWindow::Thread)?;
        let parameters = Arc::clone(&self.shown.parameters);
        let view = View::new(self.shown.page(host), &parameters, main);
        let handle = Window { view: MainThreadBound::new(view, main), parameters };
        if let Some(parent) = parent {
            handle.set_parent(parent, &())?;
        }
        Ok(SpawnedEditor { handle, window: () })
    }

    fn size(&self) -> NativeSize<u32> {
        let (width, height) = self.shown.parameters.window.now();
        NativeSize::new(width, height)
    }

    fn resize_hint(&self) -> ResizeHint {
        ResizeHint { can_resize: true, ..ResizeHint::default() }
    }
}

/// Why there is no window: the host then shows its own page of parameters.
#[derive(Debug)]
pub enum NoWindow {
    Thread,
    Parent,
    Alone,
}

impl fmt::Display for NoWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread => "the host opened the page from another thread than its main one",
            Self::Parent => "the host's window isn't a Mac's view",
            Self::Alone => "a plugin has no program of its own",
        })
    }
}

impl Error for NoWindow {}

/// An open page, in a host's window.
pub struct Window {
    view: MainThreadBound<View>,
    parameters: Arc<Parameters>,
}

impl Window {
    fn with(&self, act: impl FnOnce(&View)) -> Result<(), NoWindow> {
        let main = MainThreadMarker::new().ok_or(NoWindow::Thread)?;
        act(self.view.get(main));
        Ok(())
    }
}

impl EditorHandle for Window {
    type Window = ();
    type Error = NoWindow;

    fn run_until_closed((): ()) -> Result<(), NoWindow> {
        Err(NoWindow::Alone)
    }

    fn set_parent(&self, parent: ParentWindowHandle, (): &()) -> Result<(), NoWindow> {
        let ParentWindowHandle::AppKitNsView(parent) = parent else { return Err(NoWindow::Parent) };
        self.with(|view| {
            // SAFETY: the host gives a view of its own, which lives while the page is in it, on the main thread.
            let parent = unsafe { parent.cast::<NSView>().as_ref() };
            view.web.setFrame(rect(&self.parameters));
            parent.addSubview(&view.web);
        })
    }

    fn show(&self, (): &()) -> Result<(), NoWindow> {
        self.with(|view| view.web.setHidden(false))
    }

    fn hide(&self, (): &()) -> Result<(), NoWindow> {
        self.with(|view| view.web.setHidden(true))
    }

    fn set_size(&self, size: NativeSize<u32>, (): &()) -> Result<(), NoWindow> {
        self.parameters.window.set((size.width, size.height));
        self.with(|view| view.web.setFrame(rect(&self.parameters)))
    }

    fn adjust_size(&self, size: NativeSize<u32>, (): &()) -> Option<NativeSize<u32>> {
        let (width, height) = WindowSize::nearest((size.width, size.height));
        Some(NativeSize::new(width, height))
    }

    fn host_main_thread_callback(&self, (): &()) {}

    fn state_changed(&self) {
        self.tell(Page::state_changed);
    }

    fn param_value_changed(&self, id: &str, _: f32) {
        self.tell(|page| page.value_changed(id));
    }

    fn param_modulation_changed(&self, _: &str, _: f32) {}
}

impl Window {
    fn tell(&self, what: impl FnOnce(&Page)) {
        // From another thread there is no page to tell; it asks for everything when it begins.
        let _ = self.with(|view| {
            what(&view.page);
            run(&view.page, &view.web);
        });
    }
}

/// What there is of Objective-C.
struct View {
    web: Retained<WKWebView>,
    delegate: Retained<NSObject>,
    page: Rc<Page>,
}

impl View {
    fn new(page: Page, parameters: &Parameters, main: MainThreadMarker) -> Self {
        let page = Rc::new(page);
        // SAFETY: the class was made with NSObject's `new`.
        let delegate: Retained<NSObject> = unsafe { msg_send![class(), new] };
        set_page(&delegate, Rc::as_ptr(&page));
        // What follows is unsafe to WebKit's Rust for its threads alone: `main` says that this is the main one. What is set is
        // retained, but for the navigation delegate, which `self` keeps until it has taken it back.
        // SAFETY: main thread.
        let configuration = unsafe { WKWebViewConfiguration::new(main) };
        // SAFETY: main thread. It keeps nothing on the disk.
        let store = unsafe { WKWebsiteDataStore::nonPersistentDataStore(main) };
        // SAFETY: main thread.
        unsafe { configuration.setWebsiteDataStore(&store) };
        // SAFETY: main thread, before a view has the configuration. The scheme is none of WebKit's own, for which it throws.
        unsafe {
            configuration
                .setURLSchemeHandler_forURLScheme(Some(as_protocol(&delegate)), &NSString::from_str(SCHEME));
        };
        // SAFETY: main thread.
        let controller = unsafe { configuration.userContentController() };
        // SAFETY: main thread. The controller is new, so it has no handler of this name, for which it would throw.
        unsafe { controller.addScriptMessageHandler_name(as_protocol(&delegate), ns_string!("wavecraft")) };
        // SAFETY: main thread.
        let channel = unsafe {
            WKUserScript::initWithSource_injectionTime_forMainFrameOnly(
                WKUserScript::alloc(main),
                &NSString::from_str(Page::CHANNEL),
                WKUserScriptInjectionTime::AtDocumentStart,
                true,
            )
        };
        // SAFETY: main thread.
        unsafe { controller.addUserScript(&channel) };
        // SAFETY: main thread. The view has its own copy of the configuration.
        let web = unsafe {
            WKWebView::initWithFrame_configuration(WKWebView::alloc(main), rect(parameters), &configuration)
        };
        // SAFETY: main thread, and see above.
        unsafe { web.setNavigationDelegate(Some(as_protocol(&delegate))) };
        web.setAutoresizingMask(
            NSAutoresizingMaskOptions::ViewWidthSizable | NSAutoresizingMaskOptions::ViewHeightSizable,
        );
        if let Some(start) = NSURL::URLWithString(&NSString::from_str(START)) {
            // SAFETY: on the main thread. It loads later, by the delegate.
            unsafe { web.loadRequest(&NSURLRequest::requestWithURL(&start)) };
        }
        Self { web, delegate, page }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.page.leaves();
        // SAFETY: main thread, to which the view is bound.
        unsafe { self.web.setNavigationDelegate(None) };
        // SAFETY: main thread.
        let configuration = unsafe { self.web.configuration() };
        // SAFETY: main thread.
        let controller = unsafe { configuration.userContentController() };
        // SAFETY: main thread.
        unsafe { controller.removeScriptMessageHandlerForName(ns_string!("wavecraft")) };
        // Whoever keeps the delegate, it leads nowhere from here on.
        set_page(&self.delegate, ptr::null());
        self.web.removeFromSuperview();
    }
}

/// Brings the page what waits for it, and then what came meanwhile.
fn run(page: &Rc<Page>, web: &Retained<WKWebView>) {
    let Some(script) = page.to_run() else { return };
    let (page, later) = (Rc::clone(page), Weak::from_retained(web));
    let ran = RcBlock::new(move |_: *mut AnyObject, _: *mut NSError| {
        page.ran();
        if let Some(web) = later.load() {
            run(&page, &web);
        }
    });
    // SAFETY: on the main thread, as everything here; WebKit copies the block, and runs it there once.
    unsafe { web.evaluateJavaScript_completionHandler(&NSString::from_str(&script), Some(&ran)) };
}

/// The name of the delegate's instance variable.
const PAGE: &std::ffi::CStr = c"page";

/// The delegate's class, of this library alone.
fn class() -> &'static AnyClass {
    static CLASS: OnceLock<&'static AnyClass> = OnceLock::new();
    CLASS.get_or_init(|| {
        // This place is no other library's while this one is loaded. One that was there before may have left its name.
        let place = ptr::from_ref(&CLASS).addr();
        let mut names =
            (0_u32..).filter_map(|times| CString::new(format!("WavecraftPage_{place:x}_{times}")).ok());
        let Some(mut builder) = names.find_map(|name| ClassBuilder::new(&name, NSObject::class())) else {
            unreachable!("there are more names than libraries")
        };
        builder.add_ivar::<*const c_void>(PAGE);
        for protocol in [
            <dyn WKScriptMessageHandler>::protocol(),
            <dyn WKURLSchemeHandler>::protocol(),
            <dyn WKNavigationDelegate>::protocol(),
        ] {
            protocol.map(|protocol| builder.add_protocol(protocol));
        }
        // Each function has the parameters and the result that WebKit's protocols declare for its method.
        // SAFETY: see above.
        unsafe {
            builder.add_method(
                sel!(userContentController:didReceiveScriptMessage:),
                did_receive as extern "C-unwind" fn(_, _, _, _),
            )
        };
        // SAFETY: see above.
        unsafe {
            builder
                .add_method(sel!(webView:startURLSchemeTask:), start_task as extern "C-unwind" fn(_, _, _, _))
        };
        // SAFETY: see above.
        unsafe {
            builder
                .add_method(sel!(webView:stopURLSchemeTask:), stop_task as extern "C-unwind" fn(_, _, _, _))
        };
        // SAFETY: see above.
        unsafe {
            builder.add_method(
                sel!(webView:decidePolicyForNavigationAction:decisionHandler:),
                decide as extern "C-unwind" fn(_, _, _, _, _),
            )
        };
        // SAFETY: see above.
        unsafe {
            builder.add_method(
                sel!(webView:didCommitNavigation:),
                did_commit as extern "C-unwind" fn(_, _, _, _),
            )
        };
        // SAFETY: see above.
        unsafe {
            builder.add_method(
                sel!(webViewWebContentProcessDidTerminate:),
                did_terminate as extern "C-unwind" fn(_, _, _),
            )
        };
        builder.register()
    })
}

/// The delegate as what WebKit asks for.
fn as_protocol<P: ?Sized>(delegate: &NSObject) -> &ProtocolObject<P> {
    // SAFETY: a `ProtocolObject` is an object, and `class` has the methods of each of its protocols.
    unsafe { &*ptr::from_ref(delegate).cast() }
}

/// Where a delegate keeps the way to its page.
fn place_of(delegate: &NSObject) -> Option<NonNull<*const c_void>> {
    let variable = class().instance_variable(PAGE)?;
    // SAFETY: the class declares the variable with this type.
    NonNull::new(unsafe { variable.load_ptr::<*const c_void>(delegate) })
}

fn set_page(delegate: &NSObject, page: *const Page) {
    if let Some(place) = place_of(delegate) {
        // SAFETY: the delegate lives, and only the main thread uses its variable.
        unsafe { place.write(page.cast()) };
    }
}

/// The page of a delegate's window, while it is open.
fn page_of(delegate: &NSObject) -> Option<Rc<Page>> {
    // SAFETY: as in `set_page`. A new object's variables are zero.
    let page = unsafe { place_of(delegate)?.read() }.cast::<Page>();
    if page.is_null() {
        return None;
    }
    // SAFETY: while it isn't null the window keeps the page, which it made with `Rc`. Whoever asks may close the window, so one
    // more is counted.
    unsafe { Rc::increment_strong_count(page) };
    // SAFETY: that one.
    Some(unsafe { Rc::from_raw(page) })
}

// WebKit calls what follows on the main thread, with objects that live through the call.

extern "C-unwind" fn did_receive(this: &NSObject, _: Sel, _: &AnyObject, message: &WKScriptMessage) {
    // SAFETY: main thread.
    let body = unsafe { message.body() };
    // SAFETY: main thread.
    let web = unsafe { message.webView() };
    let (Some(page), Some(web), Some(text)) = (page_of(this), web, body.downcast_ref::<NSString>()) else {
        return;
    };
    // Longer than every message: not even copied.
    if text.length() > MAX_MESSAGE_BYTES {
        return;
    }
    page.hears(&text.to_string());
    run(&page, &web);
}

/// Answers a task before it may be stopped.
extern "C-unwind" fn start_task(
    _: &NSObject,
    _: Sel,
    _: &WKWebView,
    task: &ProtocolObject<dyn WKURLSchemeTask>,
) {
    // SAFETY: main thread.
    let Some(url) = (unsafe { task.request() }).URL() else { return };
    let path = url.path().map(|path| path.to_string()).unwrap_or_default();
    let (status, mime, bytes) = match Page::file(&path) {
        Some((mime, bytes)) => (200, mime, bytes),
        None => (404, "text/plain", &b"no such file"[..]),
    };
    let headers = NSDictionary::from_slices(
        &[ns_string!("Content-Type"), ns_string!("Content-Security-Policy")],
        &[&*NSString::from_str(mime), &*NSString::from_str(Page::POLICY)],
    );
    let response = NSHTTPURLResponse::initWithURL_statusCode_HTTPVersion_headerFields(
        NSHTTPURLResponse::alloc(),
        &url,
        status,
        Some(ns_string!("HTTP/1.1")),
        Some(&headers),
    );
    let Some(response) = response else { return };
    // A response, its data and the end, each once and in this order, in one turn of the main thread: WebKit throws where another
    // order is used, or the task was stopped, which can't happen between them.
    // SAFETY: see above.
    unsafe { task.didReceiveResponse(&response) };
    // SAFETY: see above.
    unsafe { task.didReceiveData(&NSData::with_bytes(bytes)) };
    // SAFETY: see above.
    unsafe { task.didFinish() };
}

extern "C-unwind" fn stop_task(_: &NSObject, _: Sel, _: &WKWebView, _: &AnyObject) {}

extern "C-unwind" fn decide(
    _: &NSObject,
    _: Sel,
    _: &WKWebView,
    action: &WKNavigationAction,
    decision: &DynBlock<dyn Fn(WKNavigationActionPolicy)>,
) {
    // SAFETY: main thread.
    let url = unsafe { action.request() }.URL();
    let own = url.and_then(|url| url.scheme()).is_some_and(|scheme| scheme.to_string() == SCHEME);
    decision.call((if own { WKNavigationActionPolicy::Allow } else { WKNavigationActionPolicy::Cancel },));
}

extern "C-unwind" fn did_commit(this: &NSObject, _: Sel, _: &WKWebView, _: Option<&AnyObject>) {
    // The page begins, at first or anew.
    if let Some(page) = page_of(this) {
        page.leaves();
    }
}

extern "C-unwind" fn did_terminate(this: &NSObject, _: Sel, web: &WKWebView) {
    if let Some(page) = page_of(this) {
        page.leaves();
    }
    nice_plug::nice_warn!("the process of the plugin's page ended: the page is loaded again");
    // SAFETY: on the main thread.
    unsafe { web.reload() };
}
