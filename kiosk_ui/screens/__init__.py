"""One file per screen: each draws its view from `kiosk_ui.views` and updates it in place."""
