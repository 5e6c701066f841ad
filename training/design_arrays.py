"""A design as plain arrays, to be kept in a file, and back; to the last bit the same."""

from typing import Any

import msgspec
import numpy as np
from scipy import sparse

from training.checkpoint import Arrays
from training.design import Design

_PARTS = ("data", "indices", "indptr", "shape")


def arrays_of(design: Design) -> Arrays:
    """Lay a design out as arrays; a sparse matrix is four."""
    arrays: Arrays = {}
    for name in Design.__struct_fields__:
        value = getattr(design, name)
        if sparse.issparse(value):
            arrays |= {f"{name}.{part}": np.asarray(getattr(value, part)) for part in _PARTS}
        else:
            arrays[name] = value
    return arrays


def design_of(arrays: Arrays) -> Design:
    """Read a design back."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(Design):
        if field.name in arrays:
            fields[field.name] = arrays[field.name]
        else:
            data, indices, indptr, shape = (arrays[f"{field.name}.{part}"] for part in _PARTS)
            fields[field.name] = sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
    return Design(**fields)
