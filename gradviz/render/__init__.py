"""From a graph to a picture: dot (pure text), layout (the only subprocess), drawing, picture."""
