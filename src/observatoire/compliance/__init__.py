"""The record of processing (article 30 GDPR) and the impact assessment, filled from what is in force."""
