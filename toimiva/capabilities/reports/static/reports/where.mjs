// Where whoever tells is, in the form's hidden fields, when they ask for it. Without scripts an address is written.

const button = document.getElementById("here");
const told = document.getElementById("found");

function found(place) {
  document.getElementById("id_latitude").value = place.coords.latitude;
  document.getElementById("id_longitude").value = place.coords.longitude;
  told.textContent = told.dataset.found;
}

function lost() {
  told.textContent = told.dataset.lost;
}

if ("geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(found, lost, { enableHighAccuracy: true, timeout: 15000 }));
}
