"""What we rely on a vLLM server to do, asked of the fake in every test run and of a real one by `make verify-llm`."""
