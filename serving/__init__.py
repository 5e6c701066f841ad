"""The readers' side: API, batch scoring, feed reports and the one command `huoren`."""
