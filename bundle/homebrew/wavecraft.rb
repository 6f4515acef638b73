# Command and companion on Linux, from source.
# `cargo xtask homebrew` fills in what stands between @ signs.
class Wavecraft < Formula
  desc "Plays audio plugins while they are written"
  homepage "@HOMEPAGE@"
  url "@URL@/wavecraft-companion-@VERSION@.tar.gz"
  version "@VERSION@"
  sha256 "@SOURCE_SHA256@"
  license "MIT"

  depends_on "pkgconf" => :build
  depends_on "rust" => :build
  depends_on "llvm" => :build
  depends_on "alsa-lib"
  depends_on "jack"
  depends_on :linux
  depends_on "pipewire"

  def install
    # The command looks for the companion beside itself, at the end of the link.
    system "cargo", "build", "--release", "--locked", "--workspace", "--bins"
    libexec.install Dir["target/release/wavecraft*"].select { |file| File.file?(file) && File.executable?(file) }
    bin.install_symlink libexec/"wavecraft"
  end

  def caveats
    <<~TEXT
      What the companion keeps in your home is removed by
        #{opt_libexec}/wavecraft-companion --uninstall
      before this formula is uninstalled.
    TEXT
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/wavecraft --version")
  end
end
