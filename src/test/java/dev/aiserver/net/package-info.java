@NullMarked
package dev.aiserver.net;

import org.jspecify.annotations.NullMarked;
