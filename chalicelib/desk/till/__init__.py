"""The till: a page that takes entries without a line, seals them in the browser, and sends them when there is one."""
