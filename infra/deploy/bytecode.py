"""Compiles the modules of a zip into another zip. The Python that Lambda runs starts this file by its path, alone:

    python3.13 -I infra/deploy/bytecode.py modules.zip compiled.zip

It imports nothing of ours, since that Python need not have our libraries.
"""

import os
import py_compile
import sys
import tempfile
import zipfile


def compile_zip(source: str, target: str) -> None:
    """Write the compiled file of each module; none for a file that is not of this Python (test data)."""
    opened, made = zipfile.ZipFile(source), zipfile.ZipFile(target, "w")
    with opened as modules, made as compiled, tempfile.TemporaryDirectory() as scratch:
        for name in modules.namelist():
            bytecode = name.endswith(".py") and compile_module(name, modules.read(name), scratch)
            if bytecode:
                compiled.writestr(name_compiled(name), bytecode)


def compile_module(name: str, content: bytes, scratch: str) -> bytes:
    """Return a module's bytecode, or nothing where it does not parse."""
    module, made = os.path.join(scratch, "module.py"), os.path.join(scratch, "module.pyc")
    with open(module, "wb") as file:
        file.write(content)
    # Never checked against its source: Lambda's zip carries no usable modification times.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        py_compile.compile(module, made, dfile=f"/var/task/{name}", doraise=True, invalidation_mode=mode)
    except (py_compile.PyCompileError, ValueError):
        return b""
    with open(made, "rb") as file:
        return file.read()


def name_compiled(name: str) -> str:
    """Return where this Python looks for the bytecode of a module."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}__pycache__/{file[:-3]}.{sys.implementation.cache_tag}.pyc"


if __name__ == "__main__":
    compile_zip(sys.argv[1], sys.argv[2])
