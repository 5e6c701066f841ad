"""A design comes back from its arrays as it was."""

import numpy as np
from scipy import sparse

from training.design import Design
from training.design_arrays import arrays_of, design_of


def test_a_design_is_read_back_to_the_last_bit(own_fit):
    design = own_fit.matrices.design
    arrays = arrays_of(design)
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in arrays.values())
    again = design_of(arrays)
    for name in Design.__struct_fields__:
        before, after = getattr(design, name), getattr(again, name)
        if sparse.issparse(before):
            assert before.shape == after.shape
            assert all(np.array_equal(getattr(before, part), getattr(after, part)) for part in ("indices", "indptr"))
            before, after = before.data, after.data
        assert before.dtype == after.dtype
        assert before.tobytes() == after.tobytes()
