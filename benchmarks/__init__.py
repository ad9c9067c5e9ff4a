"""Speed and memory, measured as ratios against a raw baseline in the same run."""
