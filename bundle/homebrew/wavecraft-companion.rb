# The macOS app with its command.
# `cargo xtask homebrew` fills in what stands between @ signs.
cask "wavecraft-companion" do
  version "@VERSION@"
  sha256 "@ZIP_SHA256@"

  url "@URL@/Wavecraft-Companion-#{version}.zip"
  name "Wavecraft Companion"
  desc "Plays audio plugins while they are written"
  homepage "@HOMEPAGE@"

  depends_on macos: ">= :sonoma"

  app "Wavecraft Companion.app"
  binary "#{appdir}/Wavecraft Companion.app/Contents/Helpers/wavecraft"

  uninstall quit:       "dev.wavecraft.companion",
            login_item: "Wavecraft Companion"

  # The same as `wavecraft-companion --uninstall` removes: a test compares them.
  zap trash: [
    "~/Library/Application Support/Wavecraft Companion",
    "~/Library/Logs/Wavecraft Companion",
    "~/Library/Preferences/dev.wavecraft.companion.plist",
    "~/Library/Saved Application State/dev.wavecraft.companion.savedState",
  ]

  caveats <<~TEXT
    macOS 14.4 or newer. The microphone's permission is forgotten by
      tccutil reset Microphone dev.wavecraft.companion
    before the app is removed.
  TEXT
end
