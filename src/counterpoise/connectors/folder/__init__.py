"""Files in a folder of this machine or a bucket, as a source: what is new or changed."""
