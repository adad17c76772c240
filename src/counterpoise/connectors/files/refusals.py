"""What stops a file from being read; a message says what was met, why it stops us, what to do."""


class UnreadableFile(ValueError):
    """A received file that cannot be read as tables; the message names it."""


class EmptyFile(UnreadableFile):
    """A file without a single line or cell."""


class UnknownContent(UnreadableFile):
    """A file whose content is no table, whatever it is called."""


class UnsureEncoding(UnreadableFile):
    """Bytes that no encoding explains well enough: reading them could garble names."""


class DangerousFile(UnreadableFile):
    """A file that would unpack to more than can be trusted, or that reaches outside itself."""


class BrokenText(UnreadableFile):
    """A text with null bytes, an endless line, or a quote that swallows rows."""


class UnreadableSheet(UnreadableFile):
    """A workbook whose cells cannot be read without losing something."""
