"""A receiver of the NHS Booking and Referral Standard (BaRS), API 1.0.0 and 1.1.0."""
