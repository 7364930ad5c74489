"""Alerts: what staff must look at, whatever room it is about. It is named by a word, not by a row."""

from django.db import models

from server.estate.models import Community


class Alert(models.Model):
    """告警: something that staff must look at. One open alert for each (kind, subject)."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="alerts")
    kiosk_code = models.CharField("终端 Kiosk", max_length=8, blank=True)
    kind = models.CharField("类型 Kind", max_length=40)
    subject = models.CharField("对象 Subject", max_length=80)
    text_zh = models.CharField("说明 (中文)", max_length=200)
    text_en = models.CharField("Text (English)", max_length=300)
    details = models.JSONField("详情 Details", default=dict)
    raised_at = models.DateTimeField("时间 Raised")
    resolved_at = models.DateTimeField("处理 Resolved", null=True, blank=True)

    class Meta:
        verbose_name = "告警 Alert"
        verbose_name_plural = "告警 Alerts"
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "subject"],
                condition=models.Q(resolved_at=None),
                name="alert_is_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
