//! The plugin that hosts load: the processors of `engine/src/bin/dev-audio.rs`, in the same order.

wavecraft_plugin_export::export! {
    wavecraft_demo::Saturator;
    name = "Wavecraft Demo",
    vendor = "A. Vendor",
    // Hosts find the plugin by this in old songs. Put your own domain in before anybody has it, then never change it.
    id = "com.example.wavecraft-demo",
    category = Distortion,
}
