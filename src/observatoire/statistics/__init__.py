"""Pure statistics: arrays in, frozen results out; no clock, no global random state, no input or output."""
