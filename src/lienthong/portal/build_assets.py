"""Builds the pages' files and wording: `python -m lienthong.portal.build_assets`, from the project's root.

Styles are compiled by sass, scripts and fonts copied out of `node_modules`, wording compiled by Babel. Each file is
named by a hash of its content into `portal/built/`, which git ignores and a wheel contains. Needs the build
requirements and `npm ci`; `make assets` sees to both.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lienthong.cases.documents import fonts
from lienthong.portal.assets import BUILT, MANIFEST

PORTAL: Final = Path(__file__).parent
NODE_MODULES: Final = Path("node_modules")

HASH_DIGITS: Final = 12
"""Of SHA-256: enough to tell apart the few versions of a file that browsers may keep."""


def main() -> None:
    """Build everything; a build that fails leaves the former manifest."""
    compile_wording()
    copy_paper_faces(NODE_MODULES / "@expo-google-fonts" / "tinos", fonts.BUILT)
    files = collect_files(NODE_MODULES)
    BUILT.mkdir(exist_ok=True)
    manifest = write_hashed(files, BUILT)
    for left in {path.name for path in BUILT.iterdir()} - {MANIFEST, *manifest.values()}:
        (BUILT / left).unlink()
    (BUILT / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def collect_files(node_modules: Path) -> dict[str, bytes]:
    """Give each file by its plain name; a file stands after those that it names."""
    fonts = node_modules / "@fontsource" / "be-vietnam-pro"
    files = {
        f"be-vietnam-pro-{script}-{weight}.woff2": (
            fonts / "files" / f"be-vietnam-pro-{script}-{weight}-normal.woff2"
        ).read_bytes()
        for script in ("latin", "vietnamese")
        for weight in (400, 700)
    }
    # The licence asks to be given along with the fonts.
    files["be-vietnam-pro-licence.txt"] = (fonts / "LICENSE").read_bytes()
    files["icon.svg"] = (PORTAL / "images" / "icon.svg").read_bytes()
    library = node_modules / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js"
    files["govuk-frontend.js"] = library.read_bytes().split(b"//# sourceMappingURL", 1)[0]
    files["site.js"] = (PORTAL / "scripts" / "site.js").read_bytes()
    files["passkey.js"] = (PORTAL / "scripts" / "passkey.js").read_bytes()
    files["site.css"] = compile_styles(node_modules)
    return files


def copy_paper_faces(package: Path, folder: Path) -> None:
    """Copy the faces that papers are set in to where the house of cases looks for them."""
    folder.mkdir(exist_ok=True)
    for source, name in fonts.OFFICIAL_FILES.items():
        (folder / name).write_bytes((package / source).read_bytes())


def compile_styles(node_modules: Path) -> bytes:
    """Compile the style sheet; sass says itself what is wrong with it."""
    node = Path(sys.executable).with_name("node")
    options = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={node_modules}"]
    command = [str(node), str(node_modules / "sass" / "sass.js"), *options, str(PORTAL / "styles" / "site.scss")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 # our own build


def write_hashed(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Write each file under a name with its hash, names of others inside it replaced; gives the names."""
    manifest: dict[str, str] = {}
    for name, content in files.items():
        final = content
        for plain, hashed in manifest.items():
            final = final.replace(plain.encode(), hashed.encode())
        stem, _, ending = name.rpartition(".")
        manifest[name] = f"{stem}.{hashlib.sha256(final).hexdigest()[:HASH_DIGITS]}.{ending}"
        (folder / manifest[name]).write_bytes(final)
    return manifest


def compile_wording() -> None:
    """Compile each catalogue of each language, `django.po`, to the `.mo` beside it."""
    for path in sorted(PORTAL.glob("**/locale/*/LC_MESSAGES/django.po")):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=path.parts[-3], abort_invalid=True))


if __name__ == "__main__":
    main()
