"""From a scored archive to the authenticity ratio of each feed and period."""
