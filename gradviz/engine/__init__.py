"""The only place that runs training code: build, record, session."""
