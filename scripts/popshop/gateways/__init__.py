"""Alipay and WeChat Pay for tests and training: the same requests, signatures and bills, and no money."""
