"""The shapes of requests and answers. What is not declared here neither enters nor leaves."""
