//! The numbers and codes of `<CoreAudio/AudioHardware.h>` and `<AudioToolbox/AudioUnitProperties.h>` that the Mac's files use.
//! When a Mac's tests are compiled, they are compared with the bindings' own.

macro_rules! numbers {
    ($bindings:ident, $kind:ty: $($name:ident = $value:expr;)*) => {
        $(#[cfg(mac_shim)] pub(crate) const $name: $kind = $value;)*
        #[cfg(not(mac_shim))]
        const _: () = { $(assert!(::$bindings::$name == $value);)* };
    };
}

const fn code(letters: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*letters)
}

const fn status(letters: &[u8; 4]) -> i32 {
    i32::from_be_bytes(*letters)
}

/// `<CoreAudio/AudioHardware.h>` and `<CoreAudio/AudioHardwareBase.h>`.
pub(super) mod core_audio {
    use super::{code, status};

    numbers! { objc2_core_audio, i32:
        kAudioObjectSystemObject = 1;
        kAudioHardwareUnknownPropertyError = status(b"who?");
        kAudioHardwareBadPropertySizeError = status(b"!siz");
        kAudioHardwareIllegalOperationError = status(b"nope");
        kAudioHardwareBadObjectError = status(b"!obj");
        kAudioHardwareBadDeviceError = status(b"!dev");
    }
    numbers! { objc2_core_audio, u32:
        kAudioObjectUnknown = 0;
        kAudioObjectPropertyElementMain = 0;
        kAudioObjectPropertyScopeGlobal = code(b"glob");
        kAudioObjectPropertyScopeInput = code(b"inpt");
        kAudioObjectPropertyScopeOutput = code(b"outp");
        kAudioObjectPropertyName = code(b"lnam");
        kAudioHardwarePropertyDevices = code(b"dev#");
        kAudioHardwarePropertyDefaultInputDevice = code(b"dIn ");
        kAudioHardwarePropertyDefaultOutputDevice = code(b"dOut");
        kAudioHardwarePropertyServiceRestarted = code(b"srst");
        kAudioDevicePropertyDeviceUID = code(b"uid ");
        kAudioDevicePropertyTransportType = code(b"tran");
        kAudioDevicePropertyClockDomain = code(b"clkd");
        kAudioDevicePropertyDeviceIsAlive = code(b"livn");
        kAudioDevicePropertyIsHidden = code(b"hidn");
        kAudioDevicePropertyNominalSampleRate = code(b"nsrt");
        kAudioDevicePropertyAvailableNominalSampleRates = code(b"nsr#");
        kAudioDevicePropertyBufferFrameSize = code(b"fsiz");
        kAudioDevicePropertyBufferFrameSizeRange = code(b"fsz#");
        kAudioDevicePropertyStreams = code(b"stm#");
        kAudioDevicePropertyStreamConfiguration = code(b"slay");
        kAudioDevicePropertyLatency = code(b"ltnc");
        kAudioDevicePropertySafetyOffset = code(b"saft");
        kAudioDevicePropertyDataSource = code(b"ssrc");
        kAudioDevicePropertyIOStoppedAbnormally = code(b"stpd");
        kAudioDeviceProcessorOverload = code(b"over");
        kAudioStreamPropertyLatency = code(b"ltnc");
        kAudioStreamPropertyTerminalType = code(b"term");
        kAudioAggregateDevicePropertyComposition = code(b"acom");
        kAudioAggregateDevicePropertyTapList = code(b"tap#");
        kAudioDeviceTransportTypeBuiltIn = code(b"bltn");
        kAudioDeviceTransportTypeAggregate = code(b"grup");
        kAudioDeviceTransportTypeVirtual = code(b"virt");
        kAudioDeviceTransportTypePCI = code(b"pci ");
        kAudioDeviceTransportTypeUSB = code(b"usb ");
        kAudioDeviceTransportTypeFireWire = code(b"1394");
        kAudioDeviceTransportTypeBluetooth = code(b"blue");
        kAudioDeviceTransportTypeBluetoothLE = code(b"blea");
        kAudioDeviceTransportTypeHDMI = code(b"hdmi");
        kAudioDeviceTransportTypeDisplayPort = code(b"dprt");
        kAudioDeviceTransportTypeAirPlay = code(b"airp");
        kAudioDeviceTransportTypeAVB = code(b"eavb");
        kAudioDeviceTransportTypeThunderbolt = code(b"thun");
        kAudioStreamTerminalTypeSpeaker = code(b"spkr");
        kAudioStreamTerminalTypeLFESpeaker = code(b"lfes");
        kAudioStreamTerminalTypeReceiverSpeaker = code(b"rspk");
    }
}

/// `<AudioToolbox/AUComponent.h>` and `<AudioToolbox/AudioUnitProperties.h>`.
pub(super) mod audio_toolbox {
    use super::code;

    numbers! { objc2_audio_toolbox, i32:
        kAudioUnitErr_Initialized = -10_849;
        kAudioUnitErr_InvalidPropertyValue = -10_851;
        kAudioUnitErr_CannotDoInCurrentContext = -10_863;
        kAudioUnitErr_InvalidScope = -10_866;
        kAudioUnitErr_Uninitialized = -10_867;
        kAudioUnitErr_FormatNotSupported = -10_868;
        kAudioUnitErr_TooManyFramesToProcess = -10_874;
        kAudioUnitErr_NoConnection = -10_876;
        kAudioUnitErr_InvalidElement = -10_877;
        kAudioUnitErr_InvalidProperty = -10_879;
    }
    numbers! { objc2_audio_toolbox, u32:
        kAudioUnitType_Output = code(b"auou");
        kAudioUnitSubType_HALOutput = code(b"ahal");
        kAudioUnitManufacturer_Apple = code(b"appl");
        kAudioUnitScope_Global = 0;
        kAudioUnitScope_Input = 1;
        kAudioUnitScope_Output = 2;
        kAudioUnitProperty_StreamFormat = 8;
        kAudioUnitProperty_MaximumFramesPerSlice = 14;
        kAudioUnitProperty_SetRenderCallback = 23;
        kAudioOutputUnitProperty_CurrentDevice = 2_000;
        kAudioOutputUnitProperty_EnableIO = 2_003;
        kAudioOutputUnitProperty_SetInputCallback = 2_005;
    }
}
