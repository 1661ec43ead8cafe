"""Machine words at addresses: what numba has no words for.

The kernels read a saved index through addresses. Arrays mapped from a file are read-only, and numba would compile everything
once more for them; and handing fifteen arrays to a kernel costs more than finding a point. Whoever hands out an address
keeps its array alive. Addresses count bytes; smaller words come as int64.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

_WORD = ir.IntType(64)
_NUMBER = ir.IntType(32)
_BYTE_POINTER = ir.IntType(8).as_pointer()

Code = Callable[[Any, ir.IRBuilder, Any, Any], Any]


def _of_one_word(code: Code, result: Any) -> Any:
    """A function for kernels that takes an int64, from the instructions that it stands for."""

    def typed(_typing: Any, _word: Any) -> tuple[Any, Code]:
        return result(types.int64), code

    return intrinsic(typed)


def _loader(machine: ir.Type, result: Any) -> Any:
    def code(_context: Any, builder: ir.IRBuilder, _signature: Any, args: Any) -> Any:
        value = builder.load(builder.inttoptr(args[0], machine.as_pointer()))
        return builder.sext(value, _WORD) if machine is _NUMBER else value

    return _of_one_word(code, result)


def _count_ones(_context: Any, builder: ir.IRBuilder, _signature: Any, args: Any) -> Any:
    return builder.ctpop(args[0])


def _lowest_one(_context: Any, builder: ir.IRBuilder, _signature: Any, args: Any) -> Any:
    return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))


def _prefetch(context: Any, builder: ir.IRBuilder, _signature: Any, args: Any) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [_BYTE_POINTER, _NUMBER, _NUMBER, _NUMBER])
    known = builder.module.globals.get("llvm.prefetch.p0")
    read, everywhere, data = (ir.Constant(_NUMBER, value) for value in (0, 3, 1))
    builder.call(
        known or ir.Function(builder.module, kind, "llvm.prefetch.p0"),
        [builder.inttoptr(args[0], _BYTE_POINTER), read, everywhere, data],
    )
    return context.get_dummy_value()


load_float = _loader(ir.DoubleType(), types.float64)
"""The double at an address."""

load_word = _loader(_WORD, types.int64)
"""The int64 at an address."""

load_half = _loader(_NUMBER, types.int64)
"""The int32 at an address."""


count_ones = _of_one_word(_count_ones, types.int64)
"""How many bits of a word are set."""

lowest_one = _of_one_word(_lowest_one, types.int64)
"""The place of the lowest bit that is set; 64 of none."""

prefetch = _of_one_word(_prefetch, types.void)
"""Ask for the line of memory at an address, to be there later; does nothing where there is no memory."""
