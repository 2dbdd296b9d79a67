"""Our piece inside mitmproxy: which pages become live, and how they stream."""
