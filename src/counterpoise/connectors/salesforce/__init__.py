"""Salesforce over REST and Bulk API 2.0: read, and written back to."""
