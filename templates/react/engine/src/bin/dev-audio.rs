wavecraft_dev_audio::run!(wavecraft_demo::Saturator);
