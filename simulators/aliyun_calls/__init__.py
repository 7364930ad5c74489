"""Alibaba Cloud's calls by phone: takes signed calls of a template, and tells later who answered."""
